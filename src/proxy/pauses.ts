// The pauses that an API asks for. Rule: one queue for all programs, so that fifty that wait do not all come at once;
// after a pause one request tries, and each that is taken lets two more go.

import { retryAfter } from "../base/retry_after.ts";
import type { System } from "../system/contract.ts";
import type { HangUp } from "./hang_up.ts";
import { type Header, valuesOf } from "./head.ts";

/** Lets requests go when they may. */
export interface Pauses {
  /**
   * Resolves when the request may be sent, at the latest at `deadline` (monotonic); whether it had to wait. Rejected
   * when the program hangs up.
   */
  turn(deadline: number, hangUp: HangUp): Promise<boolean>;
  /** Tells what became of a request; a pause that the API asked for begins. `undefined`: no answer came. */
  answered(status: number | undefined, headers?: readonly Header[]): void;
  /** Whether a request that waits now would be let go by then. */
  endBy(deadline: number): boolean;
}

const FIRST = 1_000;
const LONGEST = 30_000;
/**
 * What an API asks for counts from a second, else each request would be repeated as fast as it is refused, up to a
 * minute, else one answer with a year in it would hold up all that follow. In milliseconds.
 */
const [SHORTEST_ASKED, LONGEST_ASKED] = [1_000, 60_000];
/** From so many at a time on, the queue is open. */
const OPEN = 64;

/** The pauses of one API. */
export function pauses(system: Pick<System, "now" | "monotonic" | "sleep">): Pauses {
  const waiting: (() => void)[] = [];
  let most = Infinity;
  let underWay = 0;
  let failures = 0;
  let until = 0;
  const mayGo = (): boolean => underWay < most && (until === 0 || system.monotonic() >= until);
  const begin = (): void => void underWay++;
  function next(): void {
    while (waiting.length > 0 && mayGo()) {
      begin();
      waiting.shift()?.();
    }
  }
  return {
    async turn(deadline, hangUp) {
      const mustWait = waiting.length > 0 || !mayGo();
      if (mustWait) await inQueue(waiting, deadline - system.monotonic(), begin, hangUp.signal());
      else begin();
      return mustWait;
    },
    answered(status, headers = []) {
      underWay--;
      if (status === 429) {
        const asked = askedFor(headers, system.now());
        const isFirst = system.monotonic() >= until; // the others were sent before they could know of the pause
        most = 1;
        const pause = asked ?? (isFirst ? backOff(failures) : 0);
        until = Math.max(until, system.monotonic() + pause);
        if (isFirst) failures++;
        void system.sleep(until - system.monotonic() + 1).then(next);
      } else if (status !== undefined) {
        failures = 0;
        most = most * 2 < OPEN ? most * 2 : Infinity;
      }
      next();
    },
    endBy: (deadline) => until < deadline,
  };
}

/** How long a pause an answer asks for, in milliseconds. */
function askedFor(headers: readonly Header[], now: number): number | undefined {
  const get = (name: string): string | null => valuesOf(headers, name)[0] ?? null;
  const asked = retryAfter({ get }, now);
  return asked === undefined ? asked : Math.min(Math.max(asked, SHORTEST_ASKED), LONGEST_ASKED);
}

/** How long a pause is that no answer gives a length to, in milliseconds. */
function backOff(failures: number): number {
  return Math.min(FIRST * 2 ** failures, LONGEST) * (0.75 + Math.random() / 2);
}

/** Waits to be called from a queue; after so many milliseconds it `begin`s by itself. @throws the signal's reason. */
async function inQueue(
  waiting: (() => void)[],
  time: number,
  begin: () => void,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
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
    begin();
    resolve();
  }, Math.max(time, 0));
  try {
    await promise;
  } finally {
    clearTimeout(late);
    signal.removeEventListener("abort", stop);
  }
}
