// The pauses that an API asks `proxy` for. Rule: the clock is the test's, so that a minute takes no time.
import { assertEquals } from "@std/assert";
import { type Pauses, pauses } from "../../src/proxy/pauses.ts";

for (const value of ["99999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT", "600"]) {
  Deno.test(`a pause until ${value} holds up what follows for a minute at most`, () => {
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
    queue.answered(429, [["retry-after", value]]);
    assertEquals(sleeps.map(Math.round), [60_001]);
    assertEquals([queue.endBy(60_000), queue.endBy(60_001)], [false, true]);
    time = 60_000;
    queue.answered(429, [["retry-after", value]]);
    assertEquals([queue.endBy(120_000), queue.endBy(120_001)], [false, true]);
  });
}

/** A queue whose clock is moved by hand. */
function queueAt(clock: { time: number }): Pauses {
  const { promise: never } = Promise.withResolvers<void>();
  return pauses({ now: () => 0, monotonic: () => clock.time, sleep: () => never });
}

Deno.test("fifty requests that were refused together are one refusal: the pause is no longer", () => {
  const clock = { time: 0 };
  const queue = queueAt(clock);
  for (let count = 0; count < 50; count++) queue.answered(429);
  assertEquals(queue.endBy(1_300), true);
});

Deno.test("a request that is refused again after its pause has to wait longer", () => {
  const clock = { time: 0 };
  const queue = queueAt(clock);
  for (let count = 0; count < 5; count++) {
    queue.answered(429);
    clock.time += 60_000;
  }
  queue.answered(429);
  assertEquals(queue.endBy(clock.time + 20_000), false);
});
