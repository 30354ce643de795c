// The pauses that an API asks for. Rule: one queue for all programs, so that fifty that wait do not all come at once;
// after a pause one request tries, and each that is taken lets two more go.

import { retryAfter } from "../base/retry_after.ts";
import type { System } from "../system/contract.ts";
import type { HangUp } from "./hang_up.ts";
import { type Header, valuesOf } from "./head.ts";

/** Lets requests go when they may. */
export interface Pauses {
  /**
   * Resolves when the request may be sent, at the latest at `deadline` (monotonic). Rejected when the program hangs up.
   */
  turn(deadline: number, hangUp: Pick<HangUp, "signal">): Promise<Turn>;
  /** Whether a request that waits now would be let go by then. */
  endBy(deadline: number): boolean;
}

/** A request that may be sent. */
export interface Turn {
  readonly hasWaited: boolean;
  /** Tells what became of it; a pause that the API asked for begins. `undefined`: no answer came. */
  answered(status: number | undefined, headers?: readonly Header[]): void;
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
/** An API refuses at once. What it has not answered after so many milliseconds it took, and exports are slow. */
const TAKEN = 3_000;

/** The pauses of one API. */
export function pauses(system: Pick<System, "now" | "monotonic" | "sleep">): Pauses {
  const { monotonic } = system;
  const waiting: (() => void)[] = [];
  const sent = sentRequests(monotonic);
  let failures = 0;
  let until = 0;
  let looksAt = 0;
  const mayGo = (): boolean => sent.haveRoom() && (until === 0 || monotonic() >= until);
  const nextAt = (time: number): void => void system.sleep(time - monotonic() + 1).then(next);
  function next(): void {
    while (waiting.length > 0 && mayGo()) waiting.shift()?.();
    const change = waiting.length > 0 ? sent.nextTakenAt() : 0;
    if (change > looksAt) nextAt(looksAt = change);
  }
  function answered(request: symbol, status?: number, headers: readonly Header[] = []): void {
    sent.answered(request, status);
    if (status === 429) {
      const isFirst = monotonic() >= until; // the others were sent before they could know of the pause
      const pause = askedFor(headers, system.now()) ?? (isFirst ? backOff(failures) : 0);
      until = Math.max(until, monotonic() + pause);
      if (isFirst) failures++;
      nextAt(until);
    } else if (status !== undefined) failures = 0;
    next();
  }
  return {
    async turn(deadline, hangUp) {
      const request = Symbol();
      const begin = (): void => sent.add(request);
      const hasWaited = waiting.length > 0 || !mayGo();
      if (hasWaited) {
        const queued = inQueue(waiting, deadline - monotonic(), begin, hangUp.signal());
        next();
        await queued;
      } else begin();
      return { hasWaited, answered: (...answer) => answered(request, ...answer) };
    },
    endBy: (deadline) => until < deadline,
  };
}
interface SentRequests {
  /** Whether one more may be sent. */
  haveRoom(): boolean;
  /** When the next one counts as taken without an answer; 0 when none is on its way. */
  nextTakenAt(): number;
  add(request: symbol): void;
  answered(request: symbol, status: number | undefined): void;
}

/** The requests that may be refused yet, the oldest first, and how many there may be. */
function sentRequests(monotonic: System["monotonic"]): SentRequests {
  const sent = new Map<symbol, number>();
  let most = Infinity;
  const allowMore = (): void => void (most = most * 2 < OPEN ? most * 2 : Infinity);
  function takeSlowOnes(): void {
    for (const [request, at] of sent) {
      if (monotonic() < at + TAKEN) return;
      sent.delete(request);
      allowMore();
    }
  }
  return {
    haveRoom() {
      takeSlowOnes();
      return sent.size < most;
    },
    nextTakenAt() {
      const [oldest] = sent.values();
      return oldest === undefined ? 0 : oldest + TAKEN;
    },
    add: (request) => void sent.set(request, monotonic()),
    answered(request, status) {
      takeSlowOnes();
      const isNews = sent.delete(request);
      if (status === 429) most = 1;
      else if (status !== undefined && isNews) allowMore();
    },
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

/** Waits for its turn in a queue, or for so many milliseconds, and begins. @throws the signal's reason. */
async function inQueue(
  waiting: (() => void)[],
  time: number,
  begin: () => void,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const go = (): void => {
    begin();
    resolve();
  };
  waiting.push(go);
  const leave = (): boolean => {
    const at = waiting.indexOf(go);
    if (at >= 0) waiting.splice(at, 1);
    return at >= 0;
  };
  const stop = (): void => void (leave() && reject(signal.reason));
  signal.addEventListener("abort", stop);
  const late = setTimeout(() => void (leave() && go()), Math.max(time, 0));
  try {
    await promise;
  } finally {
    clearTimeout(late);
    signal.removeEventListener("abort", stop);
  }
}
