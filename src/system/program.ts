// Runs programs for the person. Rule: by argument vector, never through a shell.

import type { NotRun } from "../system.ts";

/** See {@link System.run}. */
export async function runProgram(command: readonly string[]): Promise<number | undefined> {
  const [program, ...args] = command;
  if (program === undefined) return undefined;
  try {
    const child = new Deno.Command(program, { args, stdout: "inherit", stderr: "inherit" }).spawn();
    return (await child.status).code;
  } catch {
    return undefined; // not installed, or not permitted
  }
}

/** Signals that are meant for the program when they come to the one that started it. */
const HANDED_ON: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? []
  : ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"];

/** Signals that are keys of a terminal as well, which sends them to both. */
const KEYS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGQUIT"];

/** See {@link System.runInPlace}. */
export async function runInPlace(
  [program = "", ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
  isAtTerminal: boolean,
): Promise<number | NotRun> {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(program, {
      args,
      env: { ...env },
      stdin: "inherit",
      stdout: "inherit",
      stderr: "inherit",
    }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return error instanceof Deno.errors.NotFound ? "not found" : "not executable";
  }
  using _signals = handingOn(child, isAtTerminal);
  return (await child.status).code; // 128 and the signal's number when one ended it
}

/** Hands signals on to the child; this program ends with it, and not before. */
function handingOn(child: Deno.ChildProcess, isAtTerminal: boolean): Disposable {
  const toChild = (signal: Deno.Signal) => (): void => {
    try {
      child.kill(signal);
    } catch {
      // it is over
    }
  };
  // A second Ctrl-C would look like impatience.
  const listeners = [...HANDED_ON, ...KEYS].map((signal): [Deno.Signal, () => void] => [
    signal,
    isAtTerminal && KEYS.includes(signal) ? () => {} : toChild(signal),
  ]);
  for (const [signal, listener] of listeners) Deno.addSignalListener(signal, listener);
  return {
    [Symbol.dispose]() {
      for (const [signal, listener] of listeners) Deno.removeSignalListener(signal, listener);
    },
  };
}
