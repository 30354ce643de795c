// What the program was started in: its variables, its terminal, the signals that it ignores. Rule: it is looked at,
// never changed.

import { ifPossible } from "../base/errors.ts";

/** An empty variable is an unset one, and so is one that is no text. */
export function env(name: string): string | undefined {
  try {
    return Deno.env.get(name) || undefined;
  } catch (error) {
    const isOutOfReach = error instanceof Deno.errors.NotCapable; // at a task that signs in on the way
    if (isOutOfReach || error instanceof Deno.errors.InvalidData) return undefined;
    throw error;
  }
}

/** Whether `deno task` runs this program at a terminal whose Ctrl-Z stops programs. */
export function isTaskAtTerminal(): boolean {
  return Deno.build.os !== "windows" && Deno.stdin.isTerminal() &&
    env("ANAPLAN_AUTH_COMMAND") !== undefined;
}

/** Whether a terminal can do more than a printer: a cursor, color. */
export function canDraw(): boolean {
  return env("TERM") !== "dumb" && env("CI") === undefined;
}

/** Whether what is said is read on a terminal. */
export function isScreen(): boolean {
  return Deno.stderr.isTerminal() && !screen.isTaken;
}

/** Whether the answer is on a terminal. */
export function isAnswerSeen(): boolean {
  return Deno.stdout.isTerminal();
}

/** Whether the screen is not for waits: a line is typed there, or another program runs or is served. */
export const screen: {
  isTaken: boolean;
  /** What writes to stderr in place of what waits for its reader. */
  write?: (stream: typeof Deno.stderr, bytes: Uint8Array) => void;
} = { isTaken: false };

/** How wide the terminal is, if stdout or stderr is one. */
export function columns(): number | undefined {
  return size("columns");
}

/** How high the terminal is, if stdout or stderr is one. */
export function rows(): number | undefined {
  return size("rows");
}

function size(side: "columns" | "rows"): number | undefined {
  if (!Deno.stderr.isTerminal() && !Deno.stdout.isTerminal()) return undefined;
  return ifPossible(() => Deno.consoleSize()[side]) || undefined;
}

/** What a program can be started to ignore: by `nohup`, by a shell that puts it into the background. */
const IGNORABLE = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGTERM: 15 } as const;

let ignored: ReadonlySet<Deno.Signal> | undefined;

/**
 * The signals that this program was started to ignore, which it goes on ignoring. It has to be called before the
 * first listener is added: from then on, Deno ignores none.
 */
export function ignoredSignals(): ReadonlySet<Deno.Signal> {
  if (ignored !== undefined) return ignored;
  const signals = Object.keys(IGNORABLE) as (keyof typeof IGNORABLE)[];
  const mask = ignoredMask();
  ignored = new Set(signals.filter((signal) => mask & 1 << (IGNORABLE[signal] - 1)));
  for (const signal of ignored) Deno.addSignalListener(signal, () => {});
  return ignored;
}

/**
 * A bit for each ignored signal. Linux knows, but Deno lets only `--allow-all` read it. Elsewhere, SIGHUP is ignored
 * when neither stdout nor stderr is a terminal, as `nohup` makes sure: who does not need the terminal survives it.
 */
function ignoredMask(): number {
  if (Deno.build.os === "windows") return 0;
  try {
    const status = Deno.readTextFileSync("/proc/self/status");
    return parseInt(/^SigIgn:\s*\w*(\w{4})$/m.exec(status)?.[1] ?? "0", 16);
  } catch {
    return Deno.stdout.isTerminal() || Deno.stderr.isTerminal() ? 0 : 1;
  }
}
