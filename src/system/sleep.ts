// Waiting. Rule: as long as it says, however long that is, unless a signal ends it.

import { delay } from "@std/async/delay";
import type { ShowWait } from "./contract.ts";

/** What a timer can hold, some 25 days, in milliseconds; one that is set for longer ends at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** See {@link System.sleep}. */
export async function sleep(
  show: ShowWait,
  milliseconds: number,
  signal?: AbortSignal,
  what?: string,
): Promise<void> {
  using _wait = what === undefined
    ? undefined
    : (await import("./long_wait.ts")).showWait(what, milliseconds, show, signal);
  let left = milliseconds;
  do {
    await delay(Math.min(left, LONGEST_TIMER), { signal });
    left -= LONGEST_TIMER;
  } while (left > 0);
}
