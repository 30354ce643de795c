// Waiting. Rule: as long as it says, however long that is, unless a signal ends it.

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
    await nap(Math.min(left, LONGEST_TIMER), signal);
    left -= LONGEST_TIMER;
  } while (left > 0);
}

function nap(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
