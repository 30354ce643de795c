// SIGINT and SIGTERM. Rule: a signal either aborts what is waiting for a person, or waits until the
// tokens are safe; it never falls between the server's answer and the disk.

import { CliError, EXIT_CODES, SIGTERM_EXIT_CODE } from "../errors.ts";

const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM"];

/** `deno task` hands on a Ctrl-C that the terminal has sent already: both are one, in milliseconds. */
const SAME_KEY = 500;

/** How many have asked that signals wait. */
let holders = 0;

/** Aborts the controller, with a CliError as reason, when the person or the system wants an end. */
export function abortOnSignals(controller: AbortController): void {
  let first = 0;
  for (const signal of SIGNALS) {
    Deno.addSignalListener(signal, () => {
      const isAgain = controller.signal.aborted;
      if (isAgain && Date.now() - first < SAME_KEY) return;
      const isImpatient = isAgain && holders === 0;
      if (isImpatient) Deno.exit(exitCodeOf(signal)); // the second time, at once
      const next = "the same command again, when you are ready";
      if (!isAgain) first = Date.now();
      controller.abort(
        new CliError("interrupted", "Interrupted; nothing was saved", { signal, next }),
      );
    });
  }
}

/** Lets signals wait; on disposal the program ends as the first of them asked. */
export function holdSignals(): Disposable {
  let pending: Deno.Signal | undefined;
  holders++;
  const listeners = SIGNALS.map((signal) => {
    const listener = (): void => {
      pending ??= signal;
    };
    Deno.addSignalListener(signal, listener);
    return () => Deno.removeSignalListener(signal, listener);
  });
  return {
    [Symbol.dispose]() {
      holders--;
      for (const remove of listeners) remove();
      if (pending !== undefined) Deno.exit(exitCodeOf(pending));
    },
  };
}

function exitCodeOf(signal: Deno.Signal): number {
  return signal === "SIGTERM" ? SIGTERM_EXIT_CODE : EXIT_CODES.interrupted;
}
