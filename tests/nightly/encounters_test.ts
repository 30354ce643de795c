// Refreshes that meet something else: a logout, a login, a holder of the lock that dies, is stopped or is asked to end.
// No command waits for a user, nothing that was ended comes back, and no command goes on without the lock.
import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { type Program, startProgram } from "../support/program.ts";
import { browse } from "../support/scripted_browser.ts";
import { login, registeredListener, sandboxFlags, SIGN_IN_ADDRESS } from "../support/sign_in.ts";
import { assertServed, pause, throughTheGate } from "../torture/races.ts";
import { isLockFree, startWorld, temporaryFiles, type World } from "../torture/world.ts";

const REFRESHERS = 8;
const SOON = 10_000; // generous: a machine with other work must not look like a lock

Deno.test("100 processes on one stale login send one refresh request", async () => {
  await using world = await startWorld();
  await world.makeStale();
  const since = world.sandbox.requests.length;
  const commands = Array.from({ length: 100 }, () => ["token"]);
  await assertServed(world, await throughTheGate(world, commands), since);
});

Deno.test("a logout among refreshes: the login is gone at the end", async () => {
  await using world = await startWorld();
  await world.makeStale();
  const since = world.sandbox.requests.length;
  const commands = Array.from({ length: REFRESHERS }, () => ["token"]);
  const [logout, ...others] = await throughTheGate(world, [["logout"], ...commands]);
  assertEquals(logout?.code, 0, logout?.stderr);
  for (const { code, stderr } of others) assert([0, 3].includes(code), `exit ${code}: ${stderr}`);
  assertEquals(await world.home.credentials(), undefined);
  assert(world.refreshes(since).every(({ status }) => status === 200), "a refresh was refused");
  assertEquals([temporaryFiles(world), isLockFree(world)], [[], true]);
});

Deno.test("a logout while a refresh waits for its answer also waits, and the login stays away", async () => {
  await using world = await startWorld();
  await using refreshing = await holderWaiting(world, 500);
  const logout = await world.run("logout");
  const token = await refreshing.outcome;
  assertEquals([logout.code, token.code], [0, 0], logout.stderr + token.stderr);
  assertEquals(await world.home.credentials(), undefined);
  assertEquals(isLockFree(world), true);
});

Deno.test("a login among refreshes: the new login is there at the end, and lives", async () => {
  await using world = await startWorld();
  await world.makeStale();
  const before = await world.home.credentials();
  const since = world.sandbox.requests.length;
  const [{ outcome }, ...outcomes] = await Promise.all([
    login(world.sandbox, world.home),
    ...Array.from({ length: REFRESHERS }, (_, at) => pause(at * 60).then(() => world.run("token"))),
  ]);
  assertNotEquals((await world.home.credentials())?.refreshToken, before?.refreshToken);
  await assertServed(world, [outcome, ...outcomes], since, world.refreshes(since).length);
});

Deno.test("while a login waits for a person, every other command goes its way", async () => {
  await using world = await startWorld();
  await world.makeStale();
  const since = world.sandbox.requests.length;
  const { sandbox } = world;
  const { rotating } = sandbox.clients;
  const argv = ["login", ...sandboxFlags(sandbox, rotating, registeredListener(sandbox))];
  const env = { ...world.env, ANAPLAN_CLIENT_SECRET: rotating.clientSecret };
  await using waiting = await startProgram(argv, { home: world.home.path, env });
  const [address] = await waiting.said(SIGN_IN_ADDRESS);
  const outcomes = [];
  for (const command of ["token", "whoami", "refresh", "status"]) {
    const outcome = await world.run(command);
    assert(outcome.milliseconds < SOON, `${command} took ${outcome.milliseconds} ms`);
    outcomes.push(outcome);
  }
  await browse(address);
  await assertServed(world, [...outcomes, await waiting.outcome], since, 2);
});

Deno.test("when the holder of the lock is killed, the next one goes on at once", async () => {
  await using world = await startWorld();
  await using holder = await holderWaiting(world, 8_000, { status: 503 });
  const next = world.run("token");
  await pause(1_000);
  holder.signal("SIGKILL");
  const killedAt = performance.now();
  await holder.outcome;
  const outcome = await next;
  const waited = performance.now() - killedAt;
  assert(waited < 5_000, `the next one went on only ${waited} ms later`);
  await assertServed(world, [outcome], world.sandbox.requests.length, 0);
});

Deno.test("while the holder is stopped, the others end with exit 7 and name it", async () => {
  await using world = await startWorld();
  await using holder = await holderWaiting(world, 3_000);
  holder.signal("SIGSTOP");
  for (const { code, stderr } of await Promise.all([world.run("token"), world.run("whoami")])) {
    assertEquals(code, 7, stderr);
    assertStringIncludes(stderr, `${holder.pid}`);
  }
  holder.signal("SIGCONT");
  const { code, stderr } = await holder.outcome;
  assertEquals(code, 0, stderr);
  assertEquals((await world.run("refresh")).code, 0);
});

for (const [signal, exit] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`${signal} to a holder that waits for the server: it saves first, and exits ${exit}`, async () => {
    await using world = await startWorld();
    const before = await world.home.credentials();
    await using holder = await holderWaiting(world, 500);
    holder.signal(signal);
    const { code, stderr } = await holder.outcome;
    assertEquals(code, exit, stderr);
    assertNotEquals((await world.home.credentials())?.refreshToken, before?.refreshToken);
    assertEquals([isLockFree(world), (await world.run("refresh")).code], [true, 0]);
  });
}

/** A refresh that has the lock, and waits for its answer. */
async function holderWaiting(
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
