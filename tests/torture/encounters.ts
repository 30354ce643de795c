// Refreshes that meet something else: a logout, a login, a login that waits for a person.
// Rule: no command waits for a user, and nothing that was ended comes back.
import { startProgram } from "../support/program.ts";
import { browse } from "../support/scripted_browser.ts";
import { login, registeredListener, sandboxFlags, SIGN_IN_ADDRESS } from "../support/sign_in.ts";
import { throughTheGate } from "./gate.ts";
import { holderWaiting } from "./holders.ts";
import { judgeRace } from "./races.ts";
import { pause } from "./random_kills.ts";
import { judge, type Row } from "./row.ts";
import { isLockFree, startWorld, temporaryFiles } from "./world.ts";

const REFRESHERS = 8;
const SOON = 10_000; // generous: a machine with other work must not look like a lock

/** A logout among refreshes: whichever comes first, the login is gone at the end. */
export async function logoutAmongRefreshes(): Promise<Row> {
  await using world = await startWorld();
  await world.makeStale();
  const since = world.sandbox.requests.length;
  const { wrong, expect } = judge();
  const commands = Array.from({ length: REFRESHERS }, () => ["token"]);
  commands.splice(REFRESHERS / 2, 0, ["logout"]);
  const outcomes = await throughTheGate(world, commands);
  const [logout] = outcomes.splice(REFRESHERS / 2, 1);
  expect(logout?.code === 0, `logout: exit ${logout?.code}: ${logout?.stderr}`);
  const odd = outcomes.find(({ code }) => ![0, 3].includes(code));
  expect(odd === undefined, `token: exit ${odd?.code}: ${odd?.stderr}`);
  expect(await world.home.credentials() === undefined, "the login came back");
  expect(world.refreshes(since).every(({ status }) => status === 200), "a refresh was refused");
  expect(temporaryFiles(world).length === 0, "a temporary file was left");
  expect(isLockFree(world), "the lock is stuck");
  const served = outcomes.filter(({ code }) => code === 0).length;
  const kept =
    `${served} were served before it, ${
      REFRESHERS - served
    } reported that you are not signed in; ` +
    `the login stays away`;
  return { part: "Races", what: `logout among ${REFRESHERS} refreshes`, tried: 9, kept, wrong };
}

/** A logout while a refresh waits for its answer: it also waits, and the refresh brings nothing back. */
export async function logoutDuringRefresh(): Promise<Row> {
  await using world = await startWorld();
  const { wrong, expect } = judge();
  await using refreshing = await holderWaiting(world, 500);
  const logout = await world.run("logout");
  const token = await refreshing.outcome;
  expect(logout.code === 0, `logout: exit ${logout.code}: ${logout.stderr}`);
  expect(token.code === 0, `token: exit ${token.code}: ${token.stderr}`);
  expect(await world.home.credentials() === undefined, "the login came back");
  expect(isLockFree(world), "the lock is stuck");
  const kept = "the refresh was served, then the logout; the login stays away";
  return {
    part: "Races",
    what: "logout while a refresh waits for its answer",
    tried: 2,
    kept,
    wrong,
  };
}

/** A login among refreshes: the new login is there at the end, and lives. */
export async function loginAmongRefreshes(): Promise<Row> {
  await using world = await startWorld();
  await world.makeStale();
  const before = await world.home.credentials();
  const since = world.sandbox.requests.length;
  const judging = judge();
  const [{ outcome }, ...outcomes] = await Promise.all([
    login(world.sandbox, world.home),
    ...Array.from({ length: REFRESHERS }, (_, at) => pause(at * 60).then(() => world.run("token"))),
  ]);
  const isNew = (await world.home.credentials())?.refreshToken !== before?.refreshToken;
  judging.expect(isNew, "the new login is not there");
  const what = `login among ${REFRESHERS} refreshes`;
  return await judgeRace(
    what,
    world,
    [outcome, ...outcomes],
    since,
    world.refreshes(since).length,
    judging,
  );
}

/** A login that waits for a person: every other command goes its way. */
export async function waitingForAPerson(): Promise<Row> {
  await using world = await startWorld();
  await world.makeStale();
  const since = world.sandbox.requests.length;
  const judging = judge();
  const { rotating } = world.sandbox.clients;
  const argv = [
    "login",
    ...sandboxFlags(world.sandbox, rotating, registeredListener(world.sandbox)),
  ];
  const env = { ...world.env, ANAPLAN_CLIENT_SECRET: rotating.clientSecret };
  await using waiting = await startProgram(argv, { home: world.home.path, env });
  const [address] = await waiting.said(SIGN_IN_ADDRESS);
  const outcomes = [];
  for (const command of ["token", "whoami", "refresh", "status"]) {
    const outcome = await world.run(command);
    judging.expect(outcome.milliseconds < SOON, `${command} took ${outcome.milliseconds} ms`);
    outcomes.push(outcome);
  }
  await browse(address);
  outcomes.push(await waiting.outcome);
  const what = "token, whoami, refresh, status while a login waits for a person";
  return await judgeRace(what, world, outcomes, since, 2, judging);
}
