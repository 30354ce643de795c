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
  const giveUp = (): void =>
    controller.abort(new DOMException(`no answer within ${longest / 1000} s`, "TimeoutError"));
  const stop = (): void => controller.abort(signal?.reason);
  if (signal?.aborted) stop();
  signal?.addEventListener("abort", stop);
  const waiting = (): ReturnType<typeof setTimeout> => {
    const due = performance.now() + longest;
    return setTimeout(() => {
      const isLate = performance.now() - due > LATE;
      if (isLate) timer = setTimeout(giveUp, LATE);
      else giveUp();
    }, longest);
  };
  let timer = waiting();
  return {
    signal: controller.signal,
    heard() {
      clearTimeout(timer);
      timer = waiting();
    },
    rest: () => clearTimeout(timer),
    [Symbol.dispose]() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    },
  };
}
