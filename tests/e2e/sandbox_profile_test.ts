// `deno task sandbox`: a profile that is ready to use, and nothing left of it, however the sandbox ends.
// Rule: the real task, a process of its own, with a home and a temporary directory of their own.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { freePort } from "../support/free_port.ts";
import { until } from "../support/held_answer.ts";
import { runHere } from "../support/here.ts";
import { type Home, makeHome } from "../support/home.ts";
import { findPython, testWith } from "../support/needs.ts";
import { bareEnvironment, startProgram } from "../support/program.ts";
import { browse } from "../support/scripted_browser.ts";
import { SIGN_IN_ADDRESS } from "../support/sign_in.ts";
import { streamText } from "../support/stream_text.ts";
import { PROJECT_DIRECTORY } from "../support/task_command.ts";
import { namesIn } from "../support/temp_dir.ts";
import { openTerminalOf } from "../support/terminal.ts";

const READY = /In another terminal: deno task login --profile (\S+)\n/;

interface RunningSandbox extends AsyncDisposable {
  /** The profile that it names. */
  readonly profile: string;
  readonly stdout: () => string;
  /** Sends a signal to the task, and waits for its end. */
  end(signal: Deno.Signal): Promise<Deno.CommandStatus>;
  /** Kills the task and the sandbox under it. */
  killAll(): Promise<void>;
}

async function startTask(home: Home, port = freePort()): Promise<RunningSandbox> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "sandbox", "--automatic", "--port", `${port}`],
    cwd: PROJECT_DIRECTORY,
    clearEnv: true,
    env: { ...await bareEnvironment(home.path), TMPDIR: await temporary(home) },
    stdout: "piped",
    stderr: "piped",
    detached: true, // a process group of its own, which killAll() needs
  }).spawn();
  const [stdout, stderr] = [streamText(child.stdout), streamText(child.stderr)];
  const over = async (): Promise<Deno.CommandStatus> =>
    (await Promise.all([child.status, stdout.whole, stderr.whole]))[0];
  const end = async (signal: Deno.Signal): Promise<Deno.CommandStatus> => {
    child.kill(signal);
    return await over();
  };
  const [, profile = ""] = await stdout.until(READY);
  return {
    profile,
    stdout: stdout.text,
    end,
    async killAll() {
      Deno.kill(-child.pid, "SIGKILL");
      await over();
    },
    async [Symbol.asyncDispose]() {
      await end("SIGTERM").catch(() => {}); // it is over already
    },
  };
}

async function temporary({ path }: Home): Promise<string> {
  await Deno.mkdir(`${path}/tmp`, { recursive: true });
  return `${path}/tmp`;
}

/** What is left of a sandbox: its files, and the names of the profiles. */
async function remains(home: Home): Promise<readonly [string[], string[]]> {
  const { stdout } = await runHere(["profile", "list", "--json"], { home: home.path });
  const { profiles } = JSON.parse(stdout) as { profiles: { name: string }[] };
  return [namesIn(await temporary(home)), profiles.map(({ name }) => name)];
}

/** Signs in with `--profile` at most, and by paste, since the profile's port may be taken here. */
async function signIn(home: Home, profile?: string): Promise<void> {
  const argv = ["login", ...profile === undefined ? [] : ["--profile", profile], "--paste"];
  await using program = await startProgram(argv, { home: home.path, stdin: { open: true } });
  const [address] = await program.said(SIGN_IN_ADDRESS);
  const stopBefore = new URL(address).searchParams.get("redirect_uri") ?? "";
  const { url } = await browse(address, { stopBefore });
  await program.write(`${url}\n`);
  const { code, stdout, stderr } = await program.outcome;
  assertEquals(code, 0, stderr);
  assertStringIncludes(stdout, "Ada Lovelace");
}

Deno.test("with the sandbox's profile alone nothing needs a flag or a variable, before and after a logout, and SIGINT leaves nothing", async () => {
  await using home = await makeHome();
  await using sandbox = await startTask(home);
  assertEquals(sandbox.profile, "sandbox");
  await signIn(home);
  for (const command of ["whoami", "refresh", "logout"]) {
    const { code, stderr } = await runHere([command], { home: home.path });
    assertEquals(code, 0, stderr);
  }
  await signIn(home, "sandbox");
  assertEquals((await sandbox.end("SIGINT")).code, 0);
  assertEquals(await remains(home), [[], []]);
});

testWith(
  await findPython(),
  "Ctrl-C twice at a terminal leaves neither the profile nor a temporary file",
  async (python) => {
    await using home = await makeHome();
    const args = ["task", "--quiet", "sandbox", "--port", `${freePort()}`];
    const env = { TMPDIR: await temporary(home) };
    const options = { python, home: home.path, env };
    await using terminal = await openTerminalOf({ program: Deno.execPath(), args }, options);
    await terminal.wrote(/--profile sandbox/);
    await terminal.type("\x03");
    await terminal.type("\x03");
    await terminal.end; // of the task, which may end before the sandbox that it started
    await until(
      async () => (await remains(home)).flat().length === 0,
      "neither a profile nor a file",
    );
  },
);

Deno.test("a profile sandbox that is another's stays as it is, and the sandbox says its own name", async () => {
  await using home = await makeHome();
  const argv = ["profile", "set", "sandbox", "--region", "eu2", "--client-id", "mine"];
  assertEquals((await runHere(argv, { home: home.path })).code, 0);
  const file = `${home.configDir}/profiles/sandbox.json`;
  const before = await Deno.readTextFile(file);
  await using sandbox = await startTask(home);
  assertEquals(sandbox.profile, "sandbox-2");
  assertMatch(sandbox.stdout(), /^You have a profile sandbox that is not the sandbox's own/m);
  await signIn(home, "sandbox-2");
  await sandbox.end("SIGTERM");
  assertEquals(await remains(home), [[], ["sandbox"]]);
  assertEquals(await Deno.readTextFile(file), before);
});

Deno.test("what a killed sandbox left is taken over by the next one at its port, which leaves nothing after SIGTERM", async () => {
  await using home = await makeHome();
  const port = freePort();
  await using killed = await startTask(home, port);
  const [[directory = ""]] = await remains(home);
  await killed.killAll();
  assertEquals((await remains(home))[0], [directory]);
  await using next = await startTask(home, port);
  assertEquals(next.profile, "sandbox");
  assert(!(await remains(home))[0].includes(directory));
  await next.end("SIGTERM");
  assertEquals(await remains(home), [[], []]);
});
