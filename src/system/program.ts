// Runs programs for the user. Rule: by argument vector, never through a shell, and without the secrets of
// the environment; they reach only the program that the user names after `exec`, in whose place this one is.

import { ifPossible } from "../base/errors.ts";
import type { NotRunReason } from "./contract.ts";
import { KEY_VARIABLES, STORE_VARIABLES } from "./key_needs.ts";
import { handOnSignals, listenForSignals } from "./signals.ts";
import { env as variable, isTaskAtTerminal, screen } from "./surroundings.ts";

/** Variables that a browser or a system's tool must not inherit. */
const PRIVATE_VARIABLES = [
  "ANAPLAN_CLIENT_SECRET",
  "SECRET",
  "ANAPLAN_REFRESH_TOKEN",
  ...KEY_VARIABLES,
  ...STORE_VARIABLES,
  "ANAPLAN_ACCESS_TOKEN",
];

/** What a program that runs in this one's place may not inherit: it gets a token, never the key. */
const HIDDEN = {
  key: KEY_VARIABLES,
  store: [...KEY_VARIABLES, ...STORE_VARIABLES],
  all: PRIVATE_VARIABLES,
};

/** Starts a program, whose environment has no secret. */
export function startProgram(
  program: string,
  options: Omit<Deno.CommandOptions, "env">,
): Deno.ChildProcess {
  using _hidden = hideVariables(PRIVATE_VARIABLES);
  return new Deno.Command(program, options).spawn();
}

/** Takes variables out of the environment for a moment: a program inherits the rest, which cannot be listed. */
function hideVariables(names: readonly string[]): Disposable {
  const kept = names.map((name) => [name, variable(name)] as const);
  for (const name of names) Deno.env.delete(name);
  return {
    [Symbol.dispose]() {
      for (const [name, value] of kept) if (value !== undefined) Deno.env.set(name, value);
    },
  };
}

/** See {@link System.run}. */
export async function runProgram(command: readonly string[]): Promise<number | undefined> {
  const [program, ...args] = command;
  if (program === undefined) return undefined;
  try {
    const child = startProgram(program, { args, stdout: "inherit", stderr: "inherit" });
    return (await child.status).code;
  } catch {
    return undefined; // not installed, or not permitted
  }
}

const IS_WINDOWS = Deno.build.os === "windows";

/** Signals that are meant for the program when they come to the one that started it. */
const FORWARDED_SIGNALS: readonly Deno.Signal[] = IS_WINDOWS
  ? []
  : ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"];

/** Keys of a terminal, which sends them to both: a second Ctrl-C would look like impatience. */
const KEYS: readonly Deno.Signal[] = IS_WINDOWS ? ["SIGINT"] : ["SIGINT", "SIGQUIT"];

/** How long a program may take to stop at Ctrl-Z, in milliseconds. */
const STOPPING = 300;

/** Where `deno task` goes on at Ctrl-Z, all that the terminal runs has to: no shell gets it back. */
function resumeAll(): void {
  const resume = (): void => Deno.kill(0, "SIGCONT"); // the process group
  AbortSignal.timeout(STOPPING).addEventListener("abort", resume);
}

/** See {@link System.runInPlace}. */
export async function runInPlace(
  [program = "", ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
  isAtTerminal = hasTerminal(),
  hidden: keyof typeof HIDDEN = "key",
): Promise<number | NotRunReason> {
  handOnSignals();
  screen.isTaken = true;
  let child: Deno.ChildProcess | undefined;
  const handOn = (signal: Deno.Signal): void => {
    ifPossible(() => child?.kill(signal)); // unless it is over
  };
  // Heard before the program runs, so that none ends this one alone; it ends with the program. What is
  // heard is not inherited as ignored, so it is `exec -- nohup PROGRAM`, and not the other way round.
  using _keys = listenForSignals(KEYS, isAtTerminal ? () => {} : handOn);
  using _signals = listenForSignals(FORWARDED_SIGNALS, handOn);
  using _stops = listenForSignals(isTaskAtTerminal() ? ["SIGTSTP"] : [], resumeAll);
  try {
    const streams = { stdin: "inherit", stdout: "inherit", stderr: "inherit" } as const;
    using _hidden = hideVariables(HIDDEN[hidden]);
    child = new Deno.Command(program, { args, env: { ...env }, ...streams }).spawn();
  } catch (error) {
    return error instanceof Deno.errors.NotFound ? "not found" : "not executable";
  }
  return (await child.status).code; // 128 and the signal's number when one ended it
}

/** Whether a terminal sends its keys here; in a pipeline not every stream is the terminal. */
function hasTerminal(): boolean {
  return [Deno.stdin, Deno.stdout, Deno.stderr].some((stream) => stream.isTerminal());
}
