// The real program under strace: what it asks of the system, and what happens when one of these calls is its last, or
// fails. A call's name, place and ordinal are the same in every run; numbers and paths that are not stay out.
import { bareEnvironment } from "../support/program.ts";
import { type StreamText, streamText } from "../support/stream_text.ts";
import { commandLineOf, PROJECT_DIRECTORY } from "../support/task_command.ts";
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

/** One system call of the program's main thread on a file of ours or a connection. */
export interface Call {
  readonly name: string;
  /** How strace can select the call that is meant, the surest first. */
  readonly marks: readonly Mark[];
  /** What it was about, the same in every run: `temporary file of default.json`, `network`. */
  readonly place: string;
  /** Which of the calls of this name on this place it was. */
  readonly ordinal: number;
  readonly result: string;
  /** When it began and ended, in milliseconds. */
  readonly began: number;
  readonly ended: number;
}

/** A filter, and which of the calls of one name that pass it in one thread. */
export interface Mark {
  readonly filter: readonly string[];
  readonly nth: number;
}

const LINE = /^\d+ +([\d.]+) (\w+)\((.*)\) += (\S+)(.*)$/;

/** The main thread's calls on what is ours. */
export function parseTrace(log: string, home: string): Call[] {
  const lines = log.split("\n");
  const counts = new Map<string, number>();
  const count = (key: string): number => {
    counts.set(key, (counts.get(key) ?? 0) + 1);
    return counts.get(key) ?? 0;
  };
  // Threads and children are younger than the program, and so have higher numbers.
  const main = Math.min(...lines.map((line) => parseInt(line)).filter((id) => !Number.isNaN(id)));
  return joined(lines, main).flatMap((line): Call[] => {
    const [, at, name = "", parameters = "", result = "", rest = ""] = LINE.exec(line) ?? [];
    if (at === undefined) return [];
    const marks = filtersOf(name, parameters).map((filter): Mark => {
      return { filter, nth: count(`${name} ${filter.join(" ")}`) };
    });
    const place = placeOf(parameters, home);
    if (place === undefined) return [];
    const began = Number(at) * 1000;
    const ended = began + Number(/<([\d.]+)>$/.exec(rest)?.[1] ?? 0) * 1000;
    return [{ name, marks, place, ordinal: count(`${name} in ${place}`), result, began, ended }];
  });
}

/** What passes this call, the narrowest first: a path that is the same in every run, a descriptor, all. */
function filtersOf(name: string, parameters: string): string[][] {
  if (name === "rename") return [[]]; // strace's -P does not look at its second path
  const paths = [...parameters.matchAll(/["<](\/[^">]*)/g)].map(([, path = ""]) => path);
  const fixed = paths.findLast((path) => path.includes("/.config/") && !/\.(tmp|next)$/.test(path));
  const descriptor = /^(\d+)</.exec(parameters)?.[1];
  return [
    ...(fixed === undefined ? [] : [["-P", fixed]]),
    ...(descriptor === undefined ? [] : [["-e", `trace-fds=${descriptor}`]]),
    [],
  ];
}

/** The thread's lines, those that strace had to break because of another thread in one piece. */
function joined(lines: readonly string[], thread: number): string[] {
  let begun = "";
  return lines.filter((line) => line.startsWith(`${thread} `)).flatMap((line) => {
    const head = /^(.*?) *<unfinished \.\.\.>$/.exec(line)?.[1];
    if (head !== undefined) {
      begun = head;
      return [];
    }
    const tail = /<\.\.\. \w+ resumed>(.*)$/.exec(line)?.[1];
    const whole = tail !== undefined
      ? begun + tail
      : / \+\+\+ /.test(line)
      ? `${begun}) = ?`
      : line;
    begun = "";
    return [whole];
  });
}

/** What a call was about, if it is any of our business. */
function placeOf(parameters: string, home: string): string | undefined {
  const ours = parameters.split(`${home}/.config/anaplan-auth`).slice(1)
    .map((rest) => /^[^">]*/.exec(rest)?.[0] ?? "");
  if (ours.length > 0) return [...new Set(ours.map(named))].join(" → ");
  if (parameters === "0") return "the end"; // exit_group
  if (/TCP(v6)?:|sin_port/.test(parameters)) return "network";
  return parameters.startsWith("1<") ? "stdout" : undefined;
}

function named(path: string): string {
  const temporary = /\/([^/]+)\.(?:[0-9a-f-]{36}\.tmp|next)$/.exec(path)?.[1];
  return temporary === undefined ? path.slice(1) || "the directory" : `a new ${temporary}`;
}
