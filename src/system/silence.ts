// How long a request may be silent. Rule: only the other side's silence counts.

import type { SilenceWatch } from "./contract.ts";

/** How late a timer is when the process must have been stopped; and the moment that it then gets. */
export const STOPPED_THRESHOLD = 1_000;

interface SilenceOptions {
  readonly signal?: AbortSignal | undefined;
  /** When the wait ends whatever was heard, in milliseconds of `performance.now()`. */
  readonly end?: number;
  readonly failure?: () => DOMException;
}

/**
 * A signal that is aborted when nothing was heard for so long, or when `signal` is. A process that was stopped
 * (SIGSTOP, a laptop that slept) is not aborted for it: it first gets a moment to read what came meanwhile. Taken for
 * lost, an answer would be asked for again with a refresh token that is invalid by now.
 *
 * By AbortSignal.timeout: the first setTimeout of a process loads node:timers, which takes 10 ms and 4 MiB.
 */
export function watchSilence(
  longest: number,
  { signal, end = Infinity, failure = () => silentFor(longest) }: SilenceOptions = {},
): SilenceWatch {
  const controller = new AbortController();
  const stop = (): void => controller.abort(signal?.reason);
  if (signal?.aborted) stop();
  signal?.addEventListener("abort", stop);
  let silentAt = performance.now() + longest;
  let leaveTimer = (): void => {};
  function wait(milliseconds: number): void {
    const due = performance.now() + milliseconds;
    const timer = AbortSignal.timeout(Math.ceil(milliseconds));
    const look = (): void => {
      const now = performance.now();
      const left = Math.min(silentAt, end) - now;
      if (left > 0) wait(Math.min(left, longest));
      else if (now - due > STOPPED_THRESHOLD) wait(STOPPED_THRESHOLD);
      else controller.abort(failure());
    };
    timer.addEventListener("abort", look);
    leaveTimer = () => timer.removeEventListener("abort", look);
  }
  wait(longest);
  return {
    signal: controller.signal,
    heard: () => void (silentAt = performance.now() + longest),
    rest: () => void (silentAt = Infinity),
    [Symbol.dispose]() {
      leaveTimer();
      signal?.removeEventListener("abort", stop);
    },
  };
}

/** What ends a request that was silent for so many milliseconds. */
export function silentFor(longest: number): DOMException {
  return new DOMException(`no answer within ${longest / 1000} s`, "TimeoutError");
}
