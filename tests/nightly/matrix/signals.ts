// The signals of the fault matrix, and what each may do to the program.
// Rule: a signal that ends the program does so once the tokens are saved; only SIGKILL cannot be caught.
import { pause } from "../../torture/races.ts";

/** A signal, or a few of them one after the other. */
export interface SignalKind {
  readonly name: string;
  readonly signal: Deno.Signal;
  /** What the program may exit with; anything where this is missing. */
  readonly exits?: readonly number[];
  /** Whether the program goes on. */
  readonly goesOn?: true;
  readonly wrapper?: readonly string[];
  /** How often it is sent, 700 ms apart; longer than `deno task` takes to pass on the same key. */
  readonly times?: number;
}

/** Those that a terminal, a shell or a service manager sends to end a program. */
export const ENDING: readonly SignalKind[] = [
  { name: "SIGINT", signal: "SIGINT", exits: [130] },
  { name: "SIGQUIT", signal: "SIGQUIT", exits: [131] },
  { name: "SIGTERM", signal: "SIGTERM", exits: [143] },
];

/** The signal that leaves no time for anything. */
export const KILL: SignalKind = { name: "SIGKILL", signal: "SIGKILL", exits: [137] };

/** All of them. */
export const SIGNALS: readonly SignalKind[] = [
  ...ENDING,
  { name: "SIGINT three times", signal: "SIGINT", exits: [130], times: 3 },
  // without a terminal nothing hangs up: it may be a job that was started with nohup
  { name: "SIGHUP without a terminal", signal: "SIGHUP", exits: [0], goesOn: true },
  { name: "SIGHUP under nohup", signal: "SIGHUP", exits: [0], goesOn: true, wrapper: ["nohup"] },
  ...(["SIGUSR1", "SIGUSR2", "SIGALRM", "SIGXCPU"] as const).map((signal): SignalKind => {
    return { name: signal, signal };
  }),
  ...(["SIGPIPE", "SIGWINCH"] as const).map((signal): SignalKind => {
    return { name: signal, signal, exits: [0], goesOn: true };
  }),
  { name: "SIGTSTP, then SIGCONT", signal: "SIGTSTP", exits: [0], goesOn: true },
  KILL,
];

/** Sends it, and gives the program a moment to hear it. */
export async function send(
  { signal, times = 1 }: SignalKind,
  pid: number,
): Promise<void> {
  for (let count = 0; count < times; count++) {
    if (count > 0) await pause(700);
    kill(pid, signal);
  }
  await pause(200);
  if (signal === "SIGTSTP") kill(pid, "SIGCONT");
}

/** Sends a signal to a process that may have ended. */
export function kill(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch {
    // it has ended
  }
}
