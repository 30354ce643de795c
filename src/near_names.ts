// What a person may have meant. Rule: pure, and loaded only when a name was not found.

import { levenshteinDistance } from "@std/text/levenshtein-distance";

/** The names that are at most two edits away from what was typed, the nearest first; three at most. */
export function nearNames(typed: string, names: readonly string[]): string[] {
  return names
    .map((name) => ({ name, distance: levenshteinDistance(typed.toLowerCase(), name) }))
    .filter(({ distance, name }) => distance <= 2 && distance < name.length)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ name }) => name);
}
