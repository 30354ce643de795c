// A terminal that closes while the server has the refresh token and the new one is not on the disk yet.
// Rule: a real terminal hangs up, by the end of the process that has its other side.
import { assertEquals, assertMatch } from "@std/assert";
import { heldRefresh } from "../support/held_refresh.ts";
import { testWith, type Tool } from "../support/needs.ts";
import { bareEnvironment } from "../support/program.ts";
import { commandLineOf, PROJECT_DIRECTORY } from "../support/task_command.ts";

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

/** Util-linux's `script`, which opens a terminal. */
async function findScript(): Promise<Tool> {
  const { success } = await new Deno.Command("sh", {
    args: ["-c", "command -v script"],
    stdout: "null",
  }).output();
  return { path: success ? "script" : undefined, hint: "script: apt-get install bsdutils" };
}

if (Deno.build.os === "linux") {
  testWith(
    await findScript(),
    "a terminal that closes waits until the new tokens are saved, then 129",
    async (script) => {
      await using held = await heldRefresh();
      const { home } = held;
      const { program, args } = await commandLineOf(["refresh"]);
      const words = [program, ...args].map((word) => `'${word}'`).join(" ");
      // The outer shell dies with its terminal, as a login shell does, so the kernel ends what it runs; the inner
      // one hears SIGHUP and notes how the program ended.
      await Deno.writeTextFile(
        `${home.path}/refresh.sh`,
        `trap : HUP; ${words}; echo $? >"$HOME/code"`,
      );
      const line = 'echo $$ >"$HOME/shell"; sh "$HOME/refresh.sh"; true';
      await using terminal = new Deno.Command(script, {
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
      assertEquals(await noted(`${home.path}/code`), "129");
      assertEquals(await held.savedToken(), "new-refresh-token");
    },
  );
}

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
