// The pauses that an API asks `proxy` for. Rule: the clock is the test's, so that a minute takes no time.
import { assertEquals } from "@std/assert";
import type { Header } from "../../src/proxy/head.ts";
import { type Pauses, pauses } from "../../src/proxy/pauses.ts";

/** A program that stays. */
const STAYS = { signal: () => new AbortController().signal };

/** Sends a request whose turn it is, and gets this answer to it. */
async function refuse(queue: Pauses, headers: readonly Header[] = []): Promise<void> {
  (await queue.turn(0, STAYS)).answered(429, headers);
}

for (const value of ["99999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT", "600"]) {
  Deno.test(`a pause until ${value} holds up what follows for a minute at most`, async () => {
    let time = 0;
    const sleeps: number[] = [];
    const queue = pauses({
      now: () => 0,
      monotonic: () => time,
      sleep: (milliseconds) => {
        sleeps.push(milliseconds);
        return new Promise(() => {});
      },
    });
    await refuse(queue, [["retry-after", value]]);
    assertEquals(sleeps.map(Math.round), [60_001]);
    assertEquals([queue.endBy(60_000), queue.endBy(60_001)], [false, true]);
    time = 60_000;
    await refuse(queue, [["retry-after", value]]);
    assertEquals([queue.endBy(120_000), queue.endBy(120_001)], [false, true]);
  });
}

/** A queue whose clock is moved by hand. */
function queueAt(clock: { time: number }): Pauses {
  const { promise: never } = Promise.withResolvers<void>();
  return pauses({ now: () => 0, monotonic: () => clock.time, sleep: () => never });
}

Deno.test("fifty requests that were refused together are one refusal: the pause is no longer", async () => {
  const clock = { time: 0 };
  const queue = queueAt(clock);
  const turns = await Promise.all(Array.from({ length: 50 }, () => queue.turn(0, STAYS)));
  for (const { answered } of turns) answered(429);
  assertEquals(queue.endBy(1_300), true);
});

Deno.test("a request that is refused again after its pause has to wait longer", async () => {
  const clock = { time: 0 };
  const queue = queueAt(clock);
  for (let count = 0; count < 5; count++) {
    await refuse(queue);
    clock.time += 60_000;
  }
  await refuse(queue);
  assertEquals(queue.endBy(clock.time + 20_000), false);
});
