// How long a request may be silent. Rule: only the other side's silence counts.

import type { SilenceWatch } from "./contract.ts";

/** How late a timer is when the process must have stood still; and the moment that it then gets. */
const LATE = 1_000;

/** A watch without a clock: what is heard is only noted, since a timer for each piece would cost more than the piece. */
interface Noted {
  readonly watch: Omit<SilenceWatch, typeof Symbol.dispose>;
  /** When the silence has been too long, in milliseconds of `performance.now()`. */
  silentAt: number;
  giveUp(): void;
  leave(): void;
}

function noted(longest: number, signal: AbortSignal | undefined): Noted {
  const controller = new AbortController();
  const stop = (): void => controller.abort(signal?.reason);
  if (signal?.aborted) stop();
  signal?.addEventListener("abort", stop);
  const own: Noted = {
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
 * A signal that is aborted when nothing was heard for so long, or when `signal` is. A process that stood
 * still (SIGSTOP, a laptop that slept) does not pay for it: what came meanwhile is given a moment to be
 * read.
 */
export function watchSilence(longest: number, signal: AbortSignal | undefined): SilenceWatch {
  const own = noted(longest, signal);
  let timer = wait(longest);
  function wait(milliseconds: number): ReturnType<typeof setTimeout> {
    const due = performance.now() + milliseconds;
    return setTimeout(() => {
      const now = performance.now();
      if (own.silentAt > now) timer = wait(Math.min(own.silentAt - now, longest));
      else if (now - due > LATE) timer = wait(LATE);
      else own.giveUp();
    }, Math.ceil(milliseconds));
  }
  return {
    ...own.watch,
    [Symbol.dispose]() {
      clearTimeout(timer);
      own.leave();
    },
  };
}

/** How often a shared watch looks, in milliseconds. */
const ROUND = 1_000;

/** Watches for many requests with one timer: one for each would cost a short request a tenth of its time. */
export interface SharedWatch extends Disposable {
  /** As {@link watchSilence}; the silence may be a second longer. */
  readonly watch: typeof watchSilence;
}

/** Opens a shared watch. */
export function sharedWatch(): SharedWatch {
  const all = new Set<Noted>();
  let due = performance.now() + ROUND;
  const rounds = setInterval(() => {
    const now = performance.now();
    const isLate = now - due > LATE;
    due = now + ROUND;
    for (const own of isLate ? [] : all) if (own.silentAt < now) own.giveUp();
  }, ROUND);
  return {
    watch(longest, signal) {
      const own = noted(longest, signal);
      all.add(own);
      return {
        ...own.watch,
        [Symbol.dispose]() {
          all.delete(own);
          own.leave();
        },
      };
    },
    [Symbol.dispose]: () => clearInterval(rounds),
  };
}
