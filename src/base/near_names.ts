// What a person may have meant. Rule: pure, and loaded only when a name was not found.

import type { CliError } from "./errors.ts";
import { levenshteinDistance } from "@std/text/levenshtein-distance";

/** The names that are nearest to what was typed: at most two edits away, and three at most. */
export function nearNames(typed: string, names: readonly string[]): string[] {
  const near = names
    .map((name) => ({ name, distance: levenshteinDistance(typed.toLowerCase(), name) }))
    .filter(({ distance, name }) => distance <= 2 && distance < name.length);
  const nearest = Math.min(...near.map(({ distance }) => distance));
  return near.filter(({ distance }) => distance === nearest).slice(0, 3).map(({ name }) => name);
}

/** The end of a sentence that names what may have been meant; empty where nothing is near. */
export function didYouMean(near: readonly string[]): string {
  return near.length === 0 ? "" : `; did you mean ${near.join(" or ")}?`;
}

/** The error with the names that may have been meant, when a name was misspelled. */
export function withNearNames(error: CliError): CliError {
  if (error.misspelled === undefined) return error;
  const { typed, names, flag } = error.misspelled;
  const near = nearNames(typed, names);
  if (flag === undefined) return error.with({ message: error.message + didYouMean(near) });
  return near.length === 0
    ? error
    : error.with({ next: `did you mean ${near.join(" or ")}? Give it with ${flag}` });
}
