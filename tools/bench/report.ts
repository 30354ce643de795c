// docs/performance.md, from the figures of one run. Rule: no figure is typed; page.md holds the words, and
// they name no number that the next run could change.

import { type Figures, verdicts } from "./targets.ts";
import type { Result, Spread } from "./timing.ts";

/** What is known besides the figures. */
export interface Surroundings {
  /** The machine, in words. */
  readonly machine: string;
  /** Milliseconds for giving up permissions. */
  readonly restrict: number;
  /** Milliseconds of the program's own work, by file. */
  readonly files: readonly (readonly [path: string, milliseconds: number])[];
  /** How often that was looked at. */
  readonly profiled: number;
}

/** The page, from its words and the figures. */
export function report(words: string, figures: Figures, surroundings: Surroundings): string {
  const { starts, tokens, profiles, commands, race, logins } = figures;
  const { machine, restrict, files, profiled } = surroundings;
  const parts: Readonly<Record<string, string>> = {
    machine,
    targets: targets(figures),
    starts: table(starts),
    tokens: table(tokens),
    profiles: table(profiles.tokens),
    completions: table(profiles.completions),
    commands: table(commands),
    race: table(race.results),
    page: table(logins.toPage, "time"),
    exit: table(logins.toExit.filter(({ wall }) => !Number.isNaN(wall.median)), "time"),
    restrict: restrict.toFixed(2),
    profiled: String(profiled),
    trace: markdown([
      ["file", "ms"],
      ...files.map(([path, milliseconds]) => [path, milliseconds.toFixed(2)]),
    ]),
  };
  return words.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const part = parts[name];
    if (part === undefined) throw new Error(`page.md asks for ${name}`);
    return part;
  });
}

function targets(figures: Figures): string {
  return markdown([
    ["ratio", "at most", "came", ""],
    ...verdicts(figures).map(({ what, target, ratio }) => [
      what,
      String(target),
      ratio.toFixed(2),
      Number(ratio.toFixed(2)) <= target ? "met" : "**not met**",
    ]),
  ]);
}

/** The results as a table, in text. */
export function table(results: readonly Result[], columns: "all" | "time" = "all"): string {
  const [first] = results;
  const more = columns === "all" ? ["CPU, ms", "peak memory, MiB"] : [];
  const rows = results.map(({ name, wall, cpu, memory }) => [
    name,
    spread(wall),
    wall.ratio.toFixed(2),
    ...(columns === "time" ? [] : [
      spread(cpu),
      `${(memory.median / 2 ** 20).toFixed(1)} (${memory.ratio.toFixed(2)} of the first)`,
    ]),
  ]);
  return markdown([["", "time, ms", `ratio to ${first?.name}`, ...more], ...rows]);
}

function markdown([head = [], ...rows]: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function spread({ median, least, most }: Spread): string {
  return `${median.toFixed(1)} (${least.toFixed(1)} to ${most.toFixed(1)})`;
}
