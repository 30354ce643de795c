// The permissions as walls: other code in the place of ours is stopped at each of them, and our own needs
// nothing that is behind.
// Rule: each process is run by the task's own command line, with the permission set of deno.json.
import { assert, assertEquals } from "@std/assert";
import { startSandbox } from "../sandbox/sandbox.ts";
import { bareEnvironment } from "../support/program.ts";
import { commandLineOf, PROJECT_DIRECTORY, taskFlags } from "../support/task_command.ts";
import type { Attempt, Attempts } from "./probe.ts";
import { staleLogin } from "./stale_login.ts";

const HOUR = 3_600_000;
const PROBE = new URL("probe.ts", import.meta.url).pathname;

/** The tasks that may start a program: the browser, what makes a certificate trusted, the user's own. */
const MAY_RUN: readonly string[] = ["login", "cert", "exec", "proxy"];

/** The tasks that have no business on the network at all. */
const OFFLINE: readonly string[] = [
  ...["unseal", "relay", "cert", "complete", "help"],
];

async function programTasks(): Promise<string[]> {
  const text = await Deno.readTextFile(new URL("../../deno.json", import.meta.url));
  const { tasks }: { tasks: Record<string, { command: string }> } = JSON.parse(text);
  return Object.entries(tasks)
    .filter(([, { command }]) => /\bmain\.ts\b/.test(command) && !command.includes("tests/"))
    .map(([name]) => name);
}

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(program: string, args: readonly string[], home = "/nonexistent"): Promise<Ran> {
  const output = await new Deno.Command(program, {
    args: [...args],
    cwd: PROJECT_DIRECTORY,
    clearEnv: true,
    env: { ...await bareEnvironment(home), AWS_SECRET_ACCESS_KEY: "hush" },
    stdin: "null",
  }).output();
  const [stdout = "", stderr = ""] = [output.stdout, output.stderr].map((bytes) =>
    new TextDecoder().decode(bytes)
  );
  return { code: output.code, stdout, stderr };
}

/** What comes of the attempts with the permissions of a task. */
async function probe(task: string): Promise<Attempts> {
  const { stdout, stderr } = await run(Deno.execPath(), [...await taskFlags(task), PROBE]);
  assert(stdout.startsWith("{"), stderr);
  return JSON.parse(stdout);
}

const TASKS = await programTasks();

for (const task of TASKS) {
  Deno.test(`other code in the place of ${task} is stopped at every wall`, async () => {
    const { run: ran, worker, loopback, write, clientSecret, ...others } = await probe(task);
    const wrong = Object.entries(others).filter(([, attempt]) => attempt !== "denied");
    assertEquals(wrong, []);
    const expected: Attempt = MAY_RUN.includes(task) ? "done" : "denied";
    assertEquals(ran, expected);
    assert(worker !== "done" || MAY_RUN.includes(task), "a worker has no more than the program");
    assertEquals(loopback, OFFLINE.includes(task) ? "denied" : "done");
    assertEquals(
      [write, clientSecret],
      task === "complete" ? ["denied", "denied"] : ["done", "done"],
    );
  });
}

Deno.test("the tasks are the ones that are judged here", () => {
  for (const name of [...MAY_RUN, ...OFFLINE]) assert(TASKS.includes(name), name);
  assert(TASKS.length >= 12);
});

/** What works on a fresh login with every wall closed but the files and the named variables. */
const WITHOUT_NETWORK: readonly (readonly string[])[] = [
  ["token"],
  ["status"],
  ["profile", "list"],
  ["profile", "set", "--region", "eu1"],
  ["relay", "bookmarklet"],
  ["relay", "page"],
  ["cert", "show"],
  ["cert", "trust"],
  ["complete", "bash"],
  ["help"],
];
const CLOSED = ["--deny-net", "--deny-run", "--deny-ffi", "--no-remote"];

for (const argv of WITHOUT_NETWORK) {
  Deno.test(`${argv.join(" ")} works without network, programs, FFI and imports`, async () => {
    await using home = await loginOnDisk();
    const { code, stderr } = await runWith(CLOSED, argv, home.path);
    assertEquals([code, stderr.includes("NotCapable")], [0, false], stderr);
  });
}

Deno.test("whoami refreshes with loopback alone in its network, and no program, FFI or import", async () => {
  await using sandbox = await startSandbox();
  sandbox.fault("/oauth/token", {
    body: '{"access_token":"new","token_type":"Bearer","expires_in":600}',
  });
  sandbox.fault("/2/0/users/me", { body: JSON.stringify({ user: sandbox.user }) });
  await using home = await staleLogin(sandbox);
  const closed = CLOSED.map((flag) => flag === "--deny-net" ? "--deny-net=*.anaplan.com" : flag);
  const { code, stdout, stderr } = await runWith(closed, ["whoami"], home.path);
  assertEquals(code, 0, stderr);
  assert(stdout.includes("Ada Lovelace"));
});

Deno.test("api takes loopback alone in its network, and no program, FFI or import", async () => {
  await using sandbox = await startSandbox();
  sandbox.fault("/2/0/users/me", { body: "{}" });
  await using home = await staleLogin(sandbox, { expiresAt: Date.now() + HOUR });
  const closed = CLOSED.map((flag) => flag === "--deny-net" ? "--deny-net=*.anaplan.com" : flag);
  const argv = ["api", "/2/0/users/me", "-o", `${home.path}/out`];
  const { code, stderr } = await runWith(closed, argv, home.path);
  assertEquals([code, await Deno.readTextFile(`${home.path}/out`)], [0, "{}"], stderr);
});

Deno.test("exec takes no network, FFI and import, and says what runs without programs", async () => {
  await using home = await loginOnDisk();
  const argv = ["exec", "--", "printenv", "ANAPLAN_ACCESS_TOKEN"];
  const open = CLOSED.filter((flag) => flag !== "--deny-run");
  assertEquals((await runWith(open, argv, home.path)).stdout, "old-access-token\n");
  const { code, stderr } = await runWith(CLOSED, argv, home.path);
  assertEquals([code, stderr.includes("old-access-token")], [126, false], stderr);
});

/** A login that is valid for an hour; no server is at its addresses. */
function loginOnDisk(): ReturnType<typeof staleLogin> {
  const url = "https://127.0.0.1:1";
  const endpoints = { authorization: url, token: url, apiUrl: url, authUrl: url };
  return staleLogin({ endpoints, caFile: "/dev/null" }, { expiresAt: Date.now() + HOUR });
}

async function runWith(flags: string[], argv: readonly string[], home: string): Promise<Ran> {
  const { program, args } = await commandLineOf(argv);
  const [word = "", ...rest] = args; // `run`, then flags
  return await run(program, [word, ...flags, ...rest], home);
}
