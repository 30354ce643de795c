// What the figures have to reach. Rule: a target that is not reached is said with the same words as one
// that is, and with the reason that is known for it.

import type { Crowd, Race } from "./rows.ts";
import type { LoginResults } from "./login.ts";
import type { Result } from "./timing.ts";

/** All figures of a run. */
export interface Figures {
  readonly starts: readonly Result[];
  readonly tokens: readonly Result[];
  readonly profiles: Crowd;
  readonly commands: readonly Result[];
  readonly race: Race;
  readonly logins: LoginResults;
}

/** A target and what came. */
export interface Verdict {
  readonly what: string;
  readonly target: number;
  readonly ratio: number;
}

/** Every target; one whose figures are missing is left out. */
export function verdicts(figures: Figures): Verdict[] {
  const { starts, tokens, profiles, commands, race, logins } = figures;
  const empty = "an empty Deno program";
  const tutorial = "the tutorial's way, in Python";
  const floor = "the smallest Deno program";
  const rows: readonly (readonly [string, number, number])[] = [
    ["`--version` by an empty Deno program", 1.15, wall(starts, "`--version`", empty)],
    ["`--help` by an empty Deno program", 1.15, wall(starts, "`--help`", empty)],
    ["`--version` from source", 1.25, wall(starts, "`--version`, from source", empty)],
    ["`--help` from source", 1.25, wall(starts, "`--help`, from source", empty)],
    ["`--version` by `gh --version`", 0.4, wall(starts, "`--version`", "`gh --version`")],
    ["`--help` by `gh --version`", 0.4, wall(starts, "`--help`", "`gh --version`")],
    ["`token`, fresh, by an empty Deno program", 1.15, wall(tokens, "`token`", empty)],
    ["`token`, fresh, from source", 1.25, wall(tokens, "`token`, from source", empty)],
    ["`token`, fresh, by the tutorial's way", 0.2, wall(tokens, "`token`", tutorial)],
    ["peak memory of `token` by the empty program's", 1.05, memory(tokens, "`token`", empty)],
    ["`token` with 10,000 profiles by one", 1.05, profiles.tokens[1]?.wall.ratio ?? NaN],
    ["Tab with 10,000 profiles, in s more than an empty Deno program", 0.1, tab(profiles)],
    ["`refresh` by the tutorial's way", 0.45, wall(commands, "`refresh`", `refresh, ${tutorial}`)],
    ["`login`, redirect to page, by Python's", 0.4, wall(logins.toPage, "anaplan-auth", tutorial)],
    ["`login`, redirect to page, by the floor", 1.1, wall(logins.toPage, "anaplan-auth", floor)],
    ["sixteen racing by one refresh and sixteen starts", 1.3, raced(race.results)],
    ["requests of sixteen that race", 1, race.requests],
  ];
  return rows.filter(([, , ratio]) => !Number.isNaN(ratio))
    .map(([what, target, ratio]) => ({ what, target, ratio }));
}

function named(results: readonly Result[], name: string): Result | undefined {
  return results.find((result) => result.name === name);
}

function wall(results: readonly Result[], one: string, other: string): number {
  return (named(results, one)?.wall.median ?? NaN) / (named(results, other)?.wall.median ?? NaN);
}

function memory(results: readonly Result[], one: string, other: string): number {
  return (named(results, one)?.memory.median ?? NaN) /
    (named(results, other)?.memory.median ?? NaN);
}

/** In seconds more than the empty program. */
function tab({ completions: [empty, , many] }: Crowd): number {
  return ((many?.wall.median ?? NaN) - (empty?.wall.median ?? NaN)) / 1000;
}

function raced([starts, refresh, all]: readonly Result[]): number {
  return (all?.wall.median ?? NaN) / ((starts?.wall.median ?? NaN) + (refresh?.wall.median ?? NaN));
}
