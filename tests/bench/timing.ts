// Times command lines in turn, and gives median, least, most, and the ratio to the first.
// Rule: a ratio is the median of the ratios of each round, so that a machine that slows down slows both.

import type { Timed } from "./scene.ts";
import { ROOT } from "../../tools/tool.ts";

/** One run: milliseconds from start to exit and of CPU time, bytes of the highest resident set. */
export interface Sample {
  readonly wall: number;
  readonly cpu: number;
  readonly memory: number;
}

/** How a figure spreads over all rounds, and its ratio to the first command's. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly ratio: number;
}

/** What one command came to. */
export type Result = { readonly name: string } & Readonly<Record<keyof Sample, Spread>>;

/** Runs the commands in turn, so many times. */
export async function timeCommands(commands: readonly Timed[], rounds: number): Promise<Result[]> {
  const child = new Deno.Command("python3", {
    args: [`${ROOT}/tests/bench/paired.py`],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const request = { commands, rounds, warmup: Math.min(3, rounds) };
  await new Blob([JSON.stringify(request)]).stream().pipeTo(child.stdin);
  const { success, stdout } = await child.output();
  if (!success) throw new Error("A command did not end as it should; see above");
  return results(commands, JSON.parse(new TextDecoder().decode(stdout)));
}

/** What the samples of each command come to, beside those of the first. */
export function results(
  commands: readonly Timed[],
  samples: readonly (readonly Sample[])[],
): Result[] {
  return commands.map(({ name }, index) => {
    const spread = (key: keyof Sample): Spread => {
      const [base = [], values = []] = [samples[0], samples[index]].map((all) =>
        all?.map((sample) => sample[key])
      );
      return {
        median: median(values),
        least: Math.min(...values),
        most: Math.max(...values),
        ratio: median(values.map((value, round) => value / (base[round] ?? NaN))),
      };
    };
    return { name, wall: spread("wall"), cpu: spread("cpu"), memory: spread("memory") };
  });
}

/** The value in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
}
