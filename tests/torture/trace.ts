// What strace wrote down, as calls on files of ours and on the network.
// Rule: a call's name, place and ordinal are the same in every run; numbers and paths that are not stay out.

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
