// What a person may have meant. Rule: pure, and loaded only when a name was not found.

import { levenshteinDistance } from "@std/text/levenshtein-distance";

/** The names that are nearest to what was typed: at most two edits away, and three at most. */
export function nearNames(typed: string, names: readonly string[]): string[] {
  const near = names
    .map((name) => ({ name, distance: levenshteinDistance(typed.toLowerCase(), name) }))
    .filter(({ distance, name }) => distance <= 2 && distance < name.length);
  const nearest = Math.min(...near.map(({ distance }) => distance));
  return near.filter(({ distance }) => distance === nearest).slice(0, 3).map(({ name }) => name);
}
