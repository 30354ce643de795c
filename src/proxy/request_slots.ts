// How many requests are answered at once. Rule: first come, first served; who hangs up while waiting loses the place.

import type { HangUp } from "./hang_up.ts";

/** Gives out places. */
export interface RequestSlots {
  /** Waits for a place, which its disposal gives back. @throws BROKEN when the program hangs up. */
  take(hangUp: HangUp): Promise<Disposable>;
}

/** So many places. */
export function requestSlots(count: number): RequestSlots {
  const waiting: (() => void)[] = [];
  let free = count;
  const place: Disposable = {
    [Symbol.dispose]() {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    },
  };
  return {
    async take(hangUp) {
      if (free > 0) {
        free--;
        return place;
      }
      const signal = hangUp.signal();
      signal.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const stop = (): void => {
        const at = waiting.indexOf(resolve);
        if (at < 0) return;
        waiting.splice(at, 1);
        reject(signal.reason);
      };
      waiting.push(resolve);
      signal.addEventListener("abort", stop);
      await promise.finally(() => signal.removeEventListener("abort", stop));
      return place;
    },
  };
}
