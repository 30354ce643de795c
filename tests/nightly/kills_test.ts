// The real program, killed at each of its calls and at random moments: a login is torn nowhere, no lock is stuck, and a
// login is lost in the one window alone, between the server's answer and the save.
import { assertEquals } from "@std/assert";
import { startSandbox } from "../sandbox/sandbox.ts";
import { findStrace, testWith } from "../support/needs.ts";
import { startProgram } from "../support/program.ts";
import { killAtEachCall } from "../torture/crashes.ts";
import { FIRST_LOGIN, LOGIN, loginElsewhere, REFRESH } from "../torture/deeds.ts";
import { pause } from "../torture/races.ts";
import type { Call } from "../torture/strace.ts";
import { lookAt, startWorld, type World } from "../torture/world.ts";

const STRACE = findStrace();
const KILLS = 60;
const AFTER_REQUEST = 25; // ms

for (const deed of [REFRESH, LOGIN, FIRST_LOGIN]) {
  testWith(STRACE, `a ${deed.name} that is killed at each of its calls`, async () => {
    assertEquals((await killAtEachCall(deed)).wrong, []);
  });
}

testWith(STRACE, "a login at another server that is killed while it saves", async () => {
  await using other = await startSandbox();
  const isSaving = ({ name, place }: Call): boolean =>
    /^(openat|write|fsync|rename)$/.test(name) && /a new |credentials$/.test(place);
  assertEquals((await killAtEachCall(loginElsewhere(other), isSaving)).wrong, []);
});

Deno.test("refreshes that are killed at any moment", () => killMany(anyMoment));

Deno.test("refreshes that are killed soon after the server had the request", () =>
  killMany(afterRequest));

type Moment = (world: World, ended: Promise<unknown>, typical: number) => Promise<void>;

async function killMany(moment: Moment): Promise<void> {
  await using world = await startWorld();
  await world.makeStale();
  const typical = (await world.run("token")).milliseconds;
  for (let count = 0; count < KILLS; count++) {
    await world.makeStale();
    await using program = await startProgram(["token"], { home: world.home.path, env: world.env });
    await moment(world, program.outcome, typical);
    try {
      program.signal("SIGKILL");
    } catch {
      // it has ended by itself
    }
    await program.outcome;
    const { alive, wrong } = await lookAt(world);
    assertEquals(wrong, []);
    if (!alive) await world.signIn();
  }
}

function anyMoment(_world: World, _ended: Promise<unknown>, typical: number): Promise<void> {
  return pause(Math.random() * typical * 1.1);
}

async function afterRequest(world: World, ended: Promise<unknown>): Promise<void> {
  const since = world.sandbox.requests.length;
  let isOver = false;
  ended.then(() => isOver = true);
  while (!isOver && world.sandbox.requests.length === since) await pause(1);
  await pause(Math.random() * AFTER_REQUEST);
}
