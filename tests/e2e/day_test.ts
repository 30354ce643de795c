// A day of unattended jobs, in seconds: tokens that end all the time, a server that restarts, pauses that it
// asks for, and many processes on one login.
// Rule: jobs are started as cron would, and one that failed for now (exit 6) is run again; no other failure
// is forgiven.
import { assert, assertEquals } from "@std/assert";
import type { RecordedRequest, Sandbox } from "../sandbox/contract.ts";
import { startSandbox } from "../sandbox/sandbox.ts";
import { type Home, makeHome } from "../support/home.ts";
import { type Outcome, runProgram } from "../support/program.ts";
import { signedIn } from "../support/signed_in.ts";

const CHUNKS = "/2/0/workspaces/w/models/m/files/113000000000/chunks";
const CHUNK_COUNT = 4;

/** A job, and what it has to have brought. */
interface Job {
  readonly argv: readonly string[];
  readonly check: (outcome: Outcome) => Promise<void> | void;
}

Deno.test("a day of jobs: no login is asked for, nothing is lost, one refresh at a time", async () => {
  await using sandbox = await startSandbox({
    accessTokenSeconds: 3,
    chunkCount: CHUNK_COUNT,
    chunkBytes: 200_000,
  });
  await using home = await makeHome();
  await signedIn(sandbox, home);
  const before = sandbox.requests.length;
  const ends: number[] = [];
  const run = (jobs: readonly Job[]): Promise<unknown> =>
    Promise.all(jobs.map((job) => untilDone(job, home, ends)));

  // The morning: a download that takes longer than a token is valid, and the others beside it.
  slowDown(sandbox, CHUNK_COUNT);
  await run([download(sandbox, home, "slow"), ...smallJobs()]);

  // Noon: the server restarts in the middle of a download.
  slowDown(sandbox, 2);
  await Promise.all([
    run([download(sandbox, home, "cut"), pages()]),
    restartDuring(sandbox, home, ends),
  ]);

  // The afternoon: the API and the token endpoint ask for pauses, and a connection is cut.
  storm(sandbox);
  await run([download(sandbox, home, "storm"), pages(), models()]);
  sandbox.clearFaults();

  assert(ends.every((code) => code === 0 || code === 6), `exit codes ${ends}`);
  assert(ends.includes(6), "the restart was felt");
  assertDay(sandbox.requests.slice(before));
});

/** Runs the job as often as it fails for now. */
async function untilDone({ argv, check }: Job, home: Home, ends: number[]): Promise<void> {
  for (let tries = 1; tries <= 10; tries++) {
    const outcome = await runProgram(argv, { home: home.path });
    ends.push(outcome.code);
    if (outcome.code === 0) return await check(outcome);
    assertEquals(outcome.code, 6, `${argv.join(" ")}: ${outcome.stderr}`);
    await pause(300);
  }
  throw new Error(`${argv.join(" ")} was never done`);
}

function smallJobs(): Job[] {
  const isToken = ({ stdout }: Outcome): void => assert(/^\S{100,}\n$/.test(stdout), stdout);
  return [
    pages(),
    models(),
    { argv: ["token"], check: isToken },
    { argv: ["token"], check: isToken },
    { argv: ["refresh", "--if-expiring-within", "10m"], check: () => {} },
    {
      argv: ["exec", "--", "sh", "-c", 'echo "$ANAPLAN_ACCESS_TOKEN"'],
      check: isToken,
    },
  ];
}

function pages(): Job {
  const argv = ["api", "--paginate", "--lines", "/2/0/workspaces"];
  return { argv, check: ({ stdout }) => assertAll45(stdout.trim().split("\n").map(parsed)) };
}

function models(): Job {
  const argv = ["api", "--paginate", "/2/0/models"];
  return { argv, check: ({ stdout }) => assertAll45(JSON.parse(stdout)) };
}

function download(sandbox: Sandbox, home: Home, name: string): Job {
  const file = `${home.path}/${name}.csv`;
  return {
    argv: ["api", "--chunks", "--output", file, CHUNKS],
    check: async () => assertEquals(await sha256(file), sandbox.fileSha256(), name),
  };
}

function parsed(line: string): { readonly id: string } {
  return JSON.parse(line);
}

function assertAll45(items: readonly { readonly id: string }[]): void {
  assertEquals(new Set(items.map(({ id }) => id)).size, 45);
  assertEquals(items.length, 45);
}

/** So many chunks take most of a second each, once. */
function slowDown(sandbox: Sandbox, chunks: number): void {
  for (let chunk = 0; chunk < chunks; chunk++) {
    sandbox.fault(`${CHUNKS}/${chunk}`, { trickle: { bytes: 50_000, everyMs: 210 } });
  }
}

function storm(sandbox: Sandbox): void {
  const full = { status: 429, headers: { "retry-after": "1" } };
  sandbox.fault("/2/0/models", { ...full, times: 2 });
  sandbox.fault("/2/0/workspaces", { ...full, times: 2 });
  sandbox.fault(`${CHUNKS}/1`, full);
  sandbox.fault(`${CHUNKS}/2`, { reset: "middle" });
  sandbox.fault("/oauth/token", { reset: "before" }); // what is cut later is in docs/reliability.md
  sandbox.fault("/oauth/token", full);
}

/**
 * Restarts the server while a chunk is on its way. The lock is held meanwhile: a refresh whose answer is
 * lost may end a login, which no client can prevent.
 */
async function restartDuring(
  sandbox: Sandbox,
  home: Home,
  ends: number[],
): Promise<void> {
  const isUnderWay = ({ path, sent }: RecordedRequest): boolean =>
    path === `${CHUNKS}/1` && sent > 0 && sent < 200_000;
  const begin = sandbox.requests.length;
  while (!sandbox.requests.slice(begin).some(isUnderWay)) await pause(10);
  {
    using _lock = await lockOf(home);
    await sandbox.pause();
  }
  const late = untilDone(pages(), home, ends); // a program that comes now finds no server
  const deadline = Date.now() + 10_000;
  while (!ends.includes(6) && Date.now() < deadline) await pause(50);
  await sandbox.resume();
  await late;
}

async function lockOf(home: Home): Promise<Disposable> {
  const file = await Deno.open(`${home.configDir}/credentials/default.lock`, { write: true });
  await file.lock(true);
  return { [Symbol.dispose]: () => file.close() };
}

/** Nothing was refused but on purpose, and no refresh began before the one before it had its answer. */
function assertDay(requests: readonly RecordedRequest[]): void {
  const refreshes = requests.filter(({ path }) => path === "/oauth/token");
  const calls = requests.filter(({ path }) => path !== "/oauth/token");
  const count = (list: typeof requests, status: number): number =>
    list.filter((request) => request.status === status).length;
  const others = (list: typeof requests): number[] =>
    list.map(({ status }) => status).filter((status) => ![200, 429, 0].includes(status));
  assertEquals(others(calls), []);
  assertEquals(count(calls, 429), 5);
  assertEquals(others(refreshes), []);
  assertEquals([count(refreshes, 429), count(refreshes, 0)], [1, 1]);
  // A refresh token works once and comes with the answer to the one before: so they were sent in turn.
  const used = refreshes.filter(({ status }) => status === 200)
    .map(({ parameters }) => parameters.refresh_token);
  assertEquals(new Set(used).size, used.length);
  assert(used.length > 20, `${used.length} refreshes`);
}

async function sha256(path: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", await Deno.readFile(path));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
