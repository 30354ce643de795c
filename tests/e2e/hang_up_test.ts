// A terminal that closes while the server has the refresh token and the new one is not on the disk yet.
// Rule: a real terminal hangs up, by the end of the process that has its other side.
import { assertEquals, assertMatch } from "@std/assert";
import { type HeldRefresh, heldRefresh } from "../support/held_refresh.ts";
import { bareEnvironment } from "../support/program.ts";
import { commandLineOf, PROJECT_DIRECTORY } from "../support/task_command.ts";

/** What a test says about the end of a program whose terminal is gone. */
interface End {
  readonly code: string;
  readonly savedToken: string | undefined;
}

const HAS_SCRIPT = Deno.build.os === "linux" &&
  (await new Deno.Command("sh", { args: ["-c", "command -v script"], stdout: "null" }).output())
    .success;

/** A test that needs util-linux's `script`, which opens a terminal. */
function testWithTerminal(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: HAS_SCRIPT ? name : `${name} (needs script)`, ignore: !HAS_SCRIPT, fn });
}

/** Runs `refresh` in a terminal, as the last words of the wrapper, and closes the terminal at its request. */
async function closeTerminalAtRefresh(held: HeldRefresh, wrapper = ""): Promise<End> {
  const { home } = held;
  const { program, args } = await commandLineOf(["refresh"]);
  const words = [program, ...args].map((word) => `'${word}'`).join(" ");
  await Deno.writeTextFile(
    `${home.path}/refresh.sh`,
    `trap : HUP; ${wrapper} ${words}; echo $? >"$HOME/code"`,
  );
  // The outer shell dies with its terminal, as a login shell does, so the kernel ends what it runs; the inner
  // one hears SIGHUP and notes how the program ended.
  const line = 'echo $$ >"$HOME/shell"; sh "$HOME/refresh.sh"; true';
  await using terminal = new Deno.Command("script", {
    args: ["--quiet", "--command", line, "/dev/null"],
    cwd: PROJECT_DIRECTORY,
    clearEnv: true,
    env: { ...await bareEnvironment(home.path), SHELL: "/bin/sh", TERM: "xterm" },
    stdin: "piped",
    stdout: "null",
  }).spawn();
  await held.asked();
  terminal.kill("SIGKILL"); // it alone has the other side of the terminal
  await terminal.stdin.close();
  await terminal.status;
  const shell = await noted(`${home.path}/shell`);
  while (await isRunning(shell)) await pause(10); // its end sends SIGHUP to the program
  held.answer();
  return { code: await noted(`${home.path}/code`), savedToken: await held.savedToken() };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function isRunning(pid: string): Promise<boolean> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`).catch(() => "State:\tZ");
  return !/^State:\s+Z/m.test(status);
}

async function noted(path: string): Promise<string> {
  for (let tries = 0; tries < 400; tries++) {
    const text = await Deno.readTextFile(path).catch(() => "");
    if (text !== "") return text.trim();
    await pause(50);
  }
  throw new Error("The program did not end");
}

testWithTerminal(
  "a terminal that closes waits until the new tokens are saved, then 129",
  async () => {
    await using held = await heldRefresh();
    assertEquals(await closeTerminalAtRefresh(held), {
      code: "129",
      savedToken: "new-refresh-token",
    });
  },
);

testWithTerminal("a refresh with nohup goes on after its terminal has closed", async () => {
  await using held = await heldRefresh();
  const end = await closeTerminalAtRefresh(held, 'nohup >"$HOME/out" 2>&1');
  assertEquals(end, { code: "0", savedToken: "new-refresh-token" });
  assertMatch(await Deno.readTextFile(`${held.home.path}/out`), /^Refreshed/m);
});

testWithTerminal("a refresh with setsid goes on when its terminal is gone", async () => {
  await using held = await heldRefresh();
  const { savedToken } = await closeTerminalAtRefresh(held, "setsid --wait");
  assertEquals(savedToken, "new-refresh-token");
});

Deno.test({
  name: "SIGHUP does not end a refresh that was started with nohup, which prints its result",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using held = await heldRefresh();
    const program = await held.start(["refresh"], { wrapper: ["nohup"] });
    program.signal("SIGHUP");
    held.answer();
    const { code, stdout } = await program.outcome;
    assertEquals([code, await held.savedToken()], [0, "new-refresh-token"]);
    assertMatch(stdout, /^Refreshed/);
  },
});

testWithTerminal("a question ends with its terminal, also where SIGHUP is ignored", async () => {
  await using held = await heldRefresh();
  const { program, args } = await commandLineOf(["profile", "remove", "default"]);
  const words = [program, ...args].map((word) => `'${word}'`).join(" ");
  const script = `trap "" HUP; ${words}; echo $? >"$HOME/code"`;
  await using terminal = new Deno.Command("script", {
    args: ["--quiet", "--command", script, "/dev/null"],
    cwd: PROJECT_DIRECTORY,
    clearEnv: true,
    env: { ...await bareEnvironment(held.home.path), SHELL: "/bin/sh", TERM: "xterm" },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  await shown(terminal.stdout, "Remove it?");
  terminal.kill("SIGKILL");
  await terminal.stdin.close();
  await terminal.status;
  assertEquals(await noted(`${held.home.path}/code`), "130");
});

/** Reads until a text has come. */
async function shown(output: ReadableStream<Uint8Array>, text: string): Promise<void> {
  let all = "";
  for await (const piece of output.pipeThrough(new TextDecoderStream())) {
    all += piece;
    if (all.includes(text)) return;
  }
  throw new Error(`"${text}" was not shown`);
}
