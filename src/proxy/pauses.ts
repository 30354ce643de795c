// The pauses that an API asks for. Rule: one queue for all programs, so that fifty that wait do not all come at once;
// after a pause one request tries, and each that is taken lets two more go.

import { retryAfter } from "../base/retry_after.ts";
import type { System } from "../system/contract.ts";

/** Lets requests go when they may. */
export interface Pauses {
  /** Resolves when the request may be sent, at the latest at `deadline` (monotonic). Ends with the signal. */
  turn(deadline: number, signal: AbortSignal): Promise<void>;
  /** Tells what became of a request; a pause that the API asked for begins. `undefined`: no answer came. */
  answered(status: number | undefined, headers?: Headers): void;
  /** Whether a request that waits now would be let go by then. */
  endBy(deadline: number): boolean;
}

const FIRST = 1_000;
const LONGEST = 30_000;
/** From so many at a time on, the queue is open. */
const OPEN = 64;

/** The pauses of one API. */
export function pauses(system: Pick<System, "now" | "monotonic" | "sleep">): Pauses {
  const waiting: (() => void)[] = [];
  let most = Infinity;
  let underWay = 0;
  let failures = 0;
  let until = 0;
  function next(): void {
    while (waiting.length > 0 && underWay < most && system.monotonic() >= until) {
      underWay++;
      waiting.shift()?.();
    }
  }
  function wake(milliseconds: number): void {
    void system.sleep(milliseconds).then(next);
  }
  return {
    async turn(deadline, signal) {
      signal.throwIfAborted();
      if (waiting.length === 0 && underWay < most && system.monotonic() >= until) {
        underWay++;
        return;
      }
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      waiting.push(resolve);
      const leave = (): boolean => {
        const at = waiting.indexOf(resolve);
        if (at >= 0) waiting.splice(at, 1);
        return at >= 0;
      };
      const stop = (): void => void (leave() && reject(signal.reason));
      signal.addEventListener("abort", stop);
      const late = setTimeout(() => {
        if (!leave()) return;
        underWay++;
        resolve();
      }, Math.max(deadline - system.monotonic(), 0));
      try {
        await promise;
      } finally {
        clearTimeout(late);
        signal.removeEventListener("abort", stop);
      }
    },
    answered(status, headers) {
      underWay--;
      if (status === 429) {
        const asked = headers && retryAfter(headers, system.now());
        const pause = asked ??
          Math.min(FIRST * 2 ** failures, LONGEST) * (0.75 + Math.random() / 2);
        failures++;
        most = 1;
        until = Math.max(until, system.monotonic() + pause);
        wake(until - system.monotonic() + 1);
      } else if (status !== undefined) {
        failures = 0;
        most = most * 2 < OPEN ? most * 2 : Infinity;
      }
      next();
    },
    endBy: (deadline) => until < deadline,
  };
}
