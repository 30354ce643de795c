// The pauses that an API asks `proxy` for. Rule: the clock is the test's, so that a minute takes no time.
import { assertEquals } from "@std/assert";
import { pauses } from "../../src/proxy/pauses.ts";

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
