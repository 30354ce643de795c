// The real program under strace: what it asks of the system, and what happens when one of these calls is
// its last, or fails.
// Rule: a call is named by its place in a run that went well, and a run that was hit elsewhere is no result.
import { bareEnvironment } from "../support/program.ts";
import { type StreamText, streamText } from "../support/stream_text.ts";
import { commandLineOf, PROJECT_DIRECTORY } from "../support/task_command.ts";
import { type Call, type Mark, parseTrace } from "./trace.ts";
import type { World } from "./world.ts";

/** How a traced run ended. */
export interface TracedOutcome {
  readonly code: number;
  readonly stderr: string;
  readonly calls: readonly Call[];
}

/** Which call is to be the program's last, or fails with an error such as `ENOSPC`. */
export interface Injection {
  readonly name: string;
  readonly mark: Mark;
  readonly what: "kill" | `error=${string}`;
}

/** The calls that save a login and speak with a server. */
export const CALLS: readonly string[] = [
  ...["openat", "write", "fsync", "rename", "unlink", "mkdir", "chmod"],
  ...["flock", "ftruncate", "connect", "writev", "recvfrom", "accept4", "exit_group"],
];

const PATIENCE = 60_000;

/** Runs the program under strace; `meanwhile` is the user, who reads stderr. */
export async function runTraced(
  world: World,
  argv: readonly string[],
  { injection, calls = CALLS, env = {}, meanwhile }: {
    readonly injection?: Injection | undefined;
    readonly calls?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    readonly meanwhile?: ((stderr: StreamText) => Promise<unknown>) | undefined;
  } = {},
): Promise<TracedOutcome> {
  const { program, args } = await commandLineOf(argv);
  const log = await Deno.makeTempFile({ prefix: "anaplan-auth-strace-" });
  const follow = world.isTracedAlone ? "--always-show-pid" : "-f";
  const options = [follow, "-yy", "-ttt", "-T", "-s", "0", "--kill-on-exit", "-o", log];
  const child = new Deno.Command("strace", {
    args: [...options, "-e", `trace=${calls.join()}`, ...inject(injection), program, ...args],
    cwd: PROJECT_DIRECTORY,
    clearEnv: true,
    env: { ...await bareEnvironment(world.home.path), ...world.env, ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const impatience = setTimeout(() => child.kill("SIGTERM"), PATIENCE);
  try {
    const [stdout, stderr] = [streamText(child.stdout), streamText(child.stderr)];
    const person = meanwhile?.(stderr).catch(() => undefined); // a killed program does not answer
    const [{ code }] = await Promise.all([child.status, stdout.whole, stderr.whole, person]);
    const calls = parseTrace(await Deno.readTextFile(log), world.home.path);
    return { code, stderr: await stderr.whole, calls };
  } finally {
    clearTimeout(impatience);
    await Deno.remove(log);
  }
}

/** The marks of a call to try in turn: Deno opens a file more or less now and then. */
export function marksOf({ marks }: Call): Mark[] {
  const last = marks.at(-1);
  const near = [-1, 1, -2, 2, -3, 3].map((shift) => (last?.nth ?? 0) + shift);
  return [...marks, ...near.filter((nth) => nth > 0).map((nth) => ({ filter: [], nth }))];
}

/** Whether the injection met the call that it was meant for; of the network's calls, any alike will do. */
export function wasHit({ calls }: TracedOutcome, call: Call, result: "?" | "-1"): boolean {
  return calls.some((other) =>
    other.name === call.name && other.place === call.place && other.result === result &&
    (call.place === "network" || other.ordinal === call.ordinal)
  );
}

function inject(injection: Injection | undefined): string[] {
  if (injection === undefined) return [];
  const { name, mark: { filter, nth }, what } = injection;
  return [...filter, "-e", `inject=${name}:${what === "kill" ? "signal=KILL" : what}:when=${nth}`];
}
