// How long a request may be silent. Rule: only the other side's silence counts.

/** How late a timer is when the process must have stood still; and the moment that it then gets. */
const LATE = 1_000;

/** Listens for silence until it is disposed of. */
export interface SilenceWatch extends Disposable {
  readonly signal: AbortSignal;
  /** Something moved. */
  heard(): void;
  /** It is our turn to do something: until something is heard, the silence is not the server's. */
  rest(): void;
}

/**
 * A signal that is aborted when nothing was heard for so long, or when `signal` is. A process that stood
 * still (SIGSTOP, a laptop that slept) does not pay for it: what came meanwhile is given a moment to be
 * read.
 */
export function watchSilence(longest: number, signal: AbortSignal | undefined): SilenceWatch {
  const controller = new AbortController();
  const stop = (): void => controller.abort(signal?.reason);
  if (signal?.aborted) stop();
  signal?.addEventListener("abort", stop);
  let silentAt = performance.now() + longest; // only noted: a timer for each piece would cost more than the piece
  let timer = wait(longest);
  function wait(milliseconds: number): ReturnType<typeof setTimeout> {
    const due = performance.now() + milliseconds;
    return setTimeout(() => {
      const now = performance.now();
      if (silentAt > now) timer = wait(Math.min(silentAt - now, longest));
      else if (now - due > LATE) timer = wait(LATE);
      else {controller.abort(
          new DOMException(`no answer within ${longest / 1000} s`, "TimeoutError"),
        );}
    }, Math.ceil(milliseconds));
  }
  return {
    signal: controller.signal,
    heard: () => void (silentAt = performance.now() + longest),
    rest: () => void (silentAt = Infinity),
    [Symbol.dispose]() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    },
  };
}
