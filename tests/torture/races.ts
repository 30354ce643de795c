// Many real processes on one login, and on one lock.
// Rule: one refresh request, no refusal, every process succeeds, and the login still works afterwards.
import { type Outcome, runProgram } from "../support/program.ts";
import { throughTheGate } from "./gate.ts";
import { type Judge, judge, type Row } from "./row.ts";
import { isLockFree, startWorld, takeLock, type World } from "./world.ts";

/** What races: every command that wants a valid token. */
const MIXED: readonly (readonly string[])[] = [
  ["token"],
  ["whoami"],
  ["refresh"],
  ["api", "/2/0/users/me"],
];
/** Without a gate a `refresh` may start after the race, and is then right to send a request. */
const NEEDED = MIXED.map((argv) =>
  argv[0] === "refresh" ? ["refresh", "--if-expiring-within", "10m"] : argv
);
/** As words in a row: `token, whoami, refresh`. */
const NAMES = MIXED.map(([name]) => name).join(", ");

/** N processes find the same stale token, and wait for the lock together. */
export async function raceAtOnce(processes: number): Promise<Row> {
  await using world = await startWorld();
  await world.makeStale();
  const since = world.sandbox.requests.length;
  const commands = Array.from({ length: processes }, (_, at) => MIXED[at % MIXED.length] ?? []);
  const outcomes = await throughTheGate(world, commands);
  const what = `${processes} processes (${NAMES}) on one stale login, all at the lock`;
  return await judgeRace(what, world, outcomes, since);
}

/** N processes on one stale login, that many of them at a time. */
export async function raceInTurn(processes: number, atATime: number): Promise<Row> {
  await using world = await startWorld();
  await world.makeStale();
  const since = world.sandbox.requests.length;
  const waiting = Array.from({ length: processes }, (_, at) => NEEDED[at % NEEDED.length] ?? [])
    .values();
  const outcomes: Outcome[] = [];
  const started = performance.now();
  await Promise.all(Array.from({ length: atATime }, async () => {
    for (const argv of waiting) {
      outcomes.push(await runProgram(argv, { home: world.home.path, env: world.env }));
    }
  }));
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  const what = `${processes} processes on one stale login, ${atATime} at a time (${seconds} s)`;
  return await judgeRace(what, world, outcomes, since);
}

/** The server refuses a token that looks fresh, to N processes at the same moment. */
export async function refusedAtOnce(processes: number): Promise<Row> {
  await using world = await startWorld();
  const since = world.sandbox.requests.length;
  world.sandbox.revokeAccessTokens();
  const commands = Array.from({ length: processes }, () => ["whoami"]);
  const outcomes = await throughTheGate(world, commands);
  const refused = world.sandbox.requests.slice(since).filter(({ status }) => status === 401).length;
  const what =
    `${refused} answers 401 to ${processes} processes at once, with a fresh-looking token`;
  const row = await judgeRace(what, world, outcomes, since);
  return { ...row, kept: `${row.kept} (forced)` };
}

/** A profile whose lock is held all the time keeps no other profile waiting. */
export async function twoProfiles(): Promise<Row> {
  await using world = await startWorld();
  await world.signIn("other");
  await Promise.all([world.makeStale(), world.makeStale("other")]);
  const since = world.sandbox.requests.length;
  const judging = judge();
  let outcome: Outcome;
  {
    using _held = takeLock(world);
    outcome = await world.run("token", "--profile", "other");
  }
  judging.expect(outcome.milliseconds < 10_000, `it took ${outcome.milliseconds} ms`);
  const what = "a refresh of one profile while the lock of another is held";
  return await judgeRace(what, world, [outcome, await world.run("token")], since, 2, judging);
}

/** What every race has to come to. */
export async function judgeRace(
  what: string,
  world: World,
  outcomes: readonly Outcome[],
  since: number,
  refreshes = 1,
  { wrong, expect }: Judge = judge(),
): Promise<Row> {
  const failed = outcomes.filter(({ code }) => code !== 0);
  expect(
    failed.length === 0,
    `${failed.length} failed: exit ${failed[0]?.code}: ${failed[0]?.stderr}`,
  );
  const sent = world.refreshes(since);
  expect(sent.length === refreshes, `${sent.length} refresh requests`);
  const refused = sent.filter(({ status }) => status !== 200).length;
  expect(refused === 0, `${refused} refused refreshes`);
  expect(isLockFree(world), "the lock is stuck");
  const after = await world.run("refresh");
  expect(after.code === 0, `the login is lost: ${after.stderr}`);
  const requests = sent.length === 1 ? "1 refresh request" : `${sent.length} refresh requests`;
  const kept = `${outcomes.length - failed.length} succeeded, ${requests}, ${refused} refused; ` +
    (after.code === 0 ? "the login still works" : "the login is lost");
  return { part: "Races", what, tried: outcomes.length, kept, wrong };
}
