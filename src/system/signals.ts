// The signals that end the program. Rule: a signal ends a wait for the user at once, but never falls between the
// server's answer and the disk; the exit code is 128 and the signal's number, whatever is printed before.

import { run } from "../base/words.ts";
import { CliError } from "../base/errors.ts";
import { ignoredSignals } from "./surroundings.ts";

const IS_WINDOWS = Deno.build.os === "windows";
const IS_MAC = Deno.build.os === "darwin";

/** Each signal that ends a program and can be heard, with its number. */
const NUMBERS: Partial<Record<Deno.Signal, number>> = IS_WINDOWS
  ? { SIGHUP: 1, SIGINT: 2, SIGBREAK: 21 }
  : {
    ...{ SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGABRT: 6, SIGALRM: 14, SIGTERM: 15 },
    ...{ SIGUSR1: IS_MAC ? 30 : 10, SIGUSR2: IS_MAC ? 31 : 12 },
    ...{ SIGTRAP: 5, SIGXCPU: 24, SIGVTALRM: 26, SIGPROF: 27, SIGSYS: IS_MAC ? 12 : 31 },
    ...IS_MAC ? {} : { SIGSTKFLT: 16, SIGIO: 29, SIGPWR: 30 },
  };

/** `deno task` hands on a Ctrl-C that the terminal has sent already: both are one, in milliseconds. */
const SAME_KEY = 500;
/** Longer than a signal takes to its listener on a busy computer, in milliseconds. */
const DELIVERY_TIME = 2_000;
/** So many milliseconds after another program took this one's place, that one hears all that this one does. */
const HAND_ON_TIME = 100;

/** When the first signal came, on the monotonic clock. */
let first: number | undefined;
/** How many have asked that signals wait. */
let holders = 0;
let isTold = false;

/** Since when another program runs in this one's place, which decides about its end. */
let handedOn: number | undefined;

/** From now on, signals are for the program that runs in this one's place. */
export function handOnSignals(): void {
  handedOn = performance.now();
}

/** Whether signals wait at this moment; see {@link holdSignals}. */
export function areSignalsHeld(): boolean {
  return holders > 0;
}

/** Aborts the controller, with a CliError as reason, when a signal wants the program to end. */
export function abortOnSignals(controller: AbortController): void {
  onSignals((signal) => {
    if (handedOn !== undefined) return;
    if (isSecondSignal(signal) && holders === 0) Deno.exit(); // the second time, at once
    controller.abort(new CliError("interrupted", "Interrupted")); // the user knows what to type again
  });
}

/**
 * Lets signals wait, and says once why: at the first one when a request is under way, else at the second one, since
 * what comes before and after a request takes no time. When one came, the disposal throws a CliError of kind `interrupted`, and signals wait on: what
 * happened has to be printed before the program ends.
 *
 * @param answerDue when the answer of the present request is there at the latest, on the monotonic clock.
 */
export function holdSignals(
  tell: (text: string) => void,
  answerDue: () => number | undefined = () => undefined,
): Disposable {
  holders++;
  let isOver = false;
  const listening = onSignals((signal) => {
    if (isOver) return raiseAgain(signal, listening);
    const isAgain = isSecondSignal(signal);
    const due = answerDue();
    if (isTold || (due === undefined && !isAgain)) return;
    isTold = true;
    tell(reasonToWait(due));
  });
  return {
    [Symbol.dispose]() {
      if (first !== undefined && holders === 1) {
        throw new CliError("interrupted", "Interrupted after the new tokens arrived", {
          code: "stopped_late",
          next: run("status", { profile: null }),
        });
      }
      holders--;
      isOver = true;
      // While a file is saved, no listener runs. What came meanwhile is heard a moment later.
      AbortSignal.timeout(DELIVERY_TIME).addEventListener("abort", listening[Symbol.dispose]);
    },
  };
}

function reasonToWait(due: number | undefined): string {
  if (due === undefined) return "The program stops when it has saved the login.";
  const seconds = Math.max(1, Math.ceil((due - performance.now()) / 1_000));
  return "The server may already have issued new tokens. Waiting for its answer, at most " +
    `${seconds} s more.`;
}

/** Sends on a signal that comes too late: to another listener, or to the system, which ends the process; none twice. */
function raiseAgain(signal: Deno.Signal, listening: Disposable): void {
  listening[Symbol.dispose]();
  if (handedOn !== undefined && performance.now() - handedOn > HAND_ON_TIME) return;
  if (IS_WINDOWS) Deno.exit(128 + (NUMBERS[signal] ?? 0)); // it cannot be sent there
  Deno.kill(Deno.pid, signal);
}

/** Notes the signal; whether it is another one than the first, whose number is the exit code. */
function isSecondSignal(signal: Deno.Signal): boolean {
  if (first === undefined) Deno.exitCode = 128 + (NUMBERS[signal] ?? 0);
  first ??= performance.now();
  return performance.now() - first >= SAME_KEY;
}

/** Hears each signal that ends a program, until it is disposed of. */
function onSignals(hear: (signal: Deno.Signal) => void): Disposable {
  const ignored = ignoredSignals();
  const signals = (Object.keys(NUMBERS) as Deno.Signal[]).filter((signal) => !ignored.has(signal));
  return listenForSignals(signals, hear);
}

/** Hears these signals until it is disposed of. */
export function listenForSignals(
  signals: readonly Deno.Signal[],
  hear: (signal: Deno.Signal) => void,
): Disposable {
  ignoredSignals(); // before Deno forgets them
  const listeners = signals.map((signal) => [signal, () => hear(signal)] as const);
  for (const [signal, listener] of listeners) Deno.addSignalListener(signal, listener);
  return {
    [Symbol.dispose]() {
      for (const [signal, listener] of listeners) Deno.removeSignalListener(signal, listener);
    },
  };
}
