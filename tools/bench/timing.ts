// Times command lines in turn, and says what came: median, least, most, and the ratio to the first.
// Rule: a ratio is the median of the ratios of each round, so that a machine that slows down slows both.

import type { Timed } from "./scene.ts";
import { ROOT } from "../paths.ts";

/** What one command came to over all rounds. */
export interface Result {
  readonly name: string;
  /** Milliseconds from the start to the exit. */
  readonly wall: Spread;
  /** Milliseconds of CPU time. */
  readonly cpu: Spread;
  /** Bytes of the highest resident set. */
  readonly memory: Spread;
}

/** How a figure spreads, and how it stands to the first command's. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly ratio: number;
}

/** One run. */
export interface Sample {
  readonly wall: number;
  readonly cpu: number;
  readonly memory: number;
}

/** Runs the commands in turn, so many times. */
export async function timed(commands: readonly Timed[], rounds: number): Promise<Result[]> {
  const child = new Deno.Command("python3", {
    args: [`${ROOT}/tools/bench/paired.py`],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const request = { commands, rounds, warmup: Math.min(3, rounds) };
  await new Blob([JSON.stringify(request)]).stream().pipeTo(child.stdin);
  const { success, stdout } = await child.output();
  if (!success) throw new Error("A command did not end as it should; see above");
  const samples: Sample[][] = JSON.parse(new TextDecoder().decode(stdout));
  return commands.map(({ name }, index) => resultOf(name, samples[index] ?? [], samples[0] ?? []));
}

/** What the samples come to, beside those of another command. */
export function resultOf(
  name: string,
  samples: readonly Sample[],
  base: readonly Sample[],
): Result {
  const spread = (key: keyof Sample): Spread => {
    const values = samples.map((sample) => sample[key]);
    const ratios = values.map((value, round) => value / (base[round]?.[key] ?? NaN));
    return {
      median: median(values),
      least: Math.min(...values),
      most: Math.max(...values),
      ratio: median(ratios),
    };
  };
  return { name, wall: spread("wall"), cpu: spread("cpu"), memory: spread("memory") };
}

/** The value in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [above = NaN, below = NaN] = [sorted[middle], sorted[middle - 1]];
  return sorted.length % 2 === 1 ? above : (above + below) / 2;
}
