// How long a request may be silent. Rule: only the other side's silence counts.

import type { SilenceWatch } from "./contract.ts";

/** How late a timer is when the process must have been stopped; and the moment that it then gets. */
export const STOPPED_THRESHOLD = 1_000;

/** A watch without a clock: what is heard is only noted, since a timer for each piece would cost more than the piece. */
export interface PassiveWatch {
  readonly watch: Omit<SilenceWatch, typeof Symbol.dispose>;
  /** When the silence has been too long, in milliseconds of `performance.now()`. */
  silentAt: number;
  giveUp(): void;
  leave(): void;
}

/** A watch that its owner looks at. */
export function passiveWatch(longest: number, signal: AbortSignal | undefined): PassiveWatch {
  const controller = new AbortController();
  const stop = (): void => controller.abort(signal?.reason);
  if (signal?.aborted) stop();
  signal?.addEventListener("abort", stop);
  const own: PassiveWatch = {
    silentAt: performance.now() + longest,
    watch: {
      signal: controller.signal,
      heard: () => void (own.silentAt = performance.now() + longest),
      rest: () => void (own.silentAt = Infinity),
    },
    giveUp() {
      const reason = `no answer within ${longest / 1000} s`;
      controller.abort(new DOMException(reason, "TimeoutError"));
    },
    leave: () => signal?.removeEventListener("abort", stop),
  };
  return own;
}

/**
 * A signal that is aborted when nothing was heard for so long, or when `signal` is. A process that was stopped
 * (SIGSTOP, a laptop that slept) is not aborted for it: it first gets a moment to read what came meanwhile.
 *
 * By AbortSignal.timeout: the first setTimeout of a process loads node:timers, which takes 10 ms and 4 MiB.
 */
export function watchSilence(longest: number, signal: AbortSignal | undefined): SilenceWatch {
  const own = passiveWatch(longest, signal);
  let stop = (): void => {};
  function wait(milliseconds: number): void {
    const due = performance.now() + milliseconds;
    const timer = AbortSignal.timeout(Math.ceil(milliseconds));
    const look = (): void => {
      const now = performance.now();
      if (own.silentAt > now) wait(Math.min(own.silentAt - now, longest));
      else if (now - due > STOPPED_THRESHOLD) wait(STOPPED_THRESHOLD);
      else own.giveUp();
    };
    timer.addEventListener("abort", look);
    stop = () => timer.removeEventListener("abort", look);
  }
  wait(longest);
  return {
    ...own.watch,
    [Symbol.dispose]() {
      stop();
      own.leave();
    },
  };
}
