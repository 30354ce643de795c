// Many real processes on one login.
import { assert } from "@std/assert";
import { assertServed, throughTheGate } from "./races.ts";
import { startWorld, takeLock } from "./world.ts";

const MIXED = [["token"], ["whoami"], ["refresh"], ["api", "/2/0/users/me"]];

Deno.test("16 processes on one stale login send one refresh request, and the login still works", async () => {
  await using world = await startWorld();
  await world.makeStale();
  const since = world.sandbox.requests.length;
  const commands = Array.from({ length: 16 }, (_, at) => MIXED[at % MIXED.length] ?? []);
  await assertServed(world, await throughTheGate(world, commands), since);
});

Deno.test("many answers 401 at once cost one forced refresh", async () => {
  await using world = await startWorld();
  const since = world.sandbox.requests.length;
  world.sandbox.revokeAccessTokens();
  const commands = Array.from({ length: 8 }, () => ["whoami"]);
  await assertServed(world, await throughTheGate(world, commands), since);
});

Deno.test("a profile waits for no other profile's lock", async () => {
  await using world = await startWorld();
  await world.signIn("other");
  await Promise.all([world.makeStale(), world.makeStale("other")]);
  const since = world.sandbox.requests.length;
  const held = takeLock(world);
  const outcome = await world.run("token", "--profile", "other");
  held?.[Symbol.dispose]();
  assert(outcome.milliseconds < 10_000, `it took ${outcome.milliseconds} ms`);
  await assertServed(world, [outcome, await world.run("token")], since, 2);
});
