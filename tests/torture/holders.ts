// What becomes of the lock, and of those who wait for it, when its holder dies, is stopped or is asked to
// end while it waits for the server.
// Rule: no command goes on without the lock, and the holder's answer is not lost as long as it lives.
import { type Program, startProgram } from "../support/program.ts";
import { judgeRace } from "./races.ts";
import { pause } from "./random_kills.ts";
import { judge, type Row } from "./row.ts";
import { isLockFree, startWorld, type World } from "./world.ts";

/** The holder of the lock is killed while it waits for the server: the next one goes on at once. */
export async function holderKilled(): Promise<Row> {
  await using world = await startWorld();
  const since = world.sandbox.requests.length;
  const judging = judge();
  await using holder = await holderWaiting(world, 8_000, { status: 503 });
  const next = world.run("token");
  await pause(1_000);
  holder.signal("SIGKILL");
  const killedAt = performance.now();
  await holder.outcome;
  judging.expect(isLockFree(world) || world.refreshes(since).length > 1, "the lock is stuck");
  const outcome = await next;
  const waited = Math.round(performance.now() - killedAt);
  judging.expect(waited < 5_000, `the next one went on only ${waited} ms later`);
  const what = `the holder of the lock is killed; the next one has its token ${waited} ms later`;
  // The request of the dead one is counted as sent; it is answered with 503, if a client still waits.
  const refused = world.refreshes(since).filter(({ status }) => status !== 200).length;
  const answered = world.refreshes(since).length - refused;
  judging.expect(answered === 1, `${answered} refreshes were answered`);
  const row = await judgeRace(what, world, [outcome], world.sandbox.requests.length, 0, judging);
  return { ...row, kept: "the next one succeeded with its own request; the login still works" };
}

/** The holder is stopped for longer than any command waits; then it goes on. */
export async function holderStopped(): Promise<Row> {
  await using world = await startWorld();
  const { wrong, expect } = judge();
  await using holder = await holderWaiting(world, 3_000);
  holder.signal("SIGSTOP");
  const outcomes = await Promise.all([world.run("token"), world.run("whoami")]);
  for (const { code, stderr } of outcomes) {
    expect(code === 7, `exit ${code}: ${stderr}`);
    expect(stderr.includes(`${holder.pid}`), `the holder ${holder.pid} is not named: ${stderr}`);
  }
  const status = await world.run("status");
  expect(status.code === 0, `status: exit ${status.code}: ${status.stderr}`);
  holder.signal("SIGCONT");
  const { code, stderr } = await holder.outcome;
  expect(code === 0, `the holder, once it went on: exit ${code}: ${stderr}`);
  const after = await world.run("refresh");
  expect(after.code === 0, `the login is lost: ${after.stderr}`);
  const seconds = Math.round(Math.max(...outcomes.map(({ milliseconds }) => milliseconds)) / 1000);
  const what = "the holder of the lock is stopped (SIGSTOP), later goes on (SIGCONT)";
  const kept =
    `the others: exit 7 after ${seconds} s, naming it; then exit ${code} for the holder, ` +
    (after.code === 0 ? "and the login still works" : "and the login is lost");
  return { part: "Races", what, tried: 3, kept, wrong };
}

/** The holder is asked to end while it waits for the server: it saves first. */
export async function holderTold(signal: "SIGINT" | "SIGTERM"): Promise<Row> {
  await using world = await startWorld();
  const { wrong, expect } = judge();
  const before = await world.home.credentials();
  await using holder = await holderWaiting(world, 500);
  holder.signal(signal);
  const { code, stderr } = await holder.outcome;
  const expected = signal === "SIGINT" ? 130 : 143;
  expect(code === expected, `exit ${code}: ${stderr}`);
  const isNew = (await world.home.credentials())?.refreshToken !== before?.refreshToken;
  expect(isNew, "the new tokens were not saved");
  expect(isLockFree(world), "the lock is stuck");
  const after = await world.run("refresh");
  expect(after.code === 0, `the login is lost: ${after.stderr}`);
  const what = `${signal} to the holder of the lock while it waits for the server`;
  const kept = `exit ${code}, ${isNew ? "once" : "but not once"} the new tokens were saved; ` +
    (after.code === 0 ? "the login still works" : "the login is lost");
  return { part: "Races", what, tried: 1, kept, wrong };
}

/** A refresh that has the lock, and waits for its answer. */
export async function holderWaiting(
  world: World,
  delayMs: number,
  fault: { readonly status?: number } = {},
): Promise<Program> {
  await world.makeStale();
  const since = world.sandbox.requests.length;
  world.sandbox.fault("/oauth/token", { delayMs, ...fault });
  const holder = await startProgram(["token"], { home: world.home.path, env: world.env });
  while (world.sandbox.requests.length === since) await pause(10);
  return holder;
}
