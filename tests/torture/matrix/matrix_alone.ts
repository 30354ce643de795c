// The fault matrix by itself: `deno task torture --matrix`, and a pattern if only some cells are wanted.
// Rule: each failing cell is said as it comes; the counts are last.
import { byProperty, failureLine, runMatrix } from "./matrix.ts";
import type { CellResult } from "./verdict.ts";

/** Runs the cells whose kind and name have the pattern; whether every one is as it has to be. */
export async function matrixAlone(
  pattern: RegExp,
  say: (text: string) => void,
): Promise<boolean> {
  const started = performance.now();
  const results = await runMatrix({
    select: ({ kind, name }) => pattern.test(`${kind}: ${name}`),
    hear: (result) => {
      if (result.failures.length > 0) say(failureLine(result));
    },
  });
  const seconds = Math.round((performance.now() - started) / 1000);
  for (const line of counts(results)) say(line);
  say(`${results.length} cells in ${seconds} s`);
  return results.every(({ failures }) => failures.length === 0);
}

/** What the cells came to, by kind and by property. */
function counts(results: readonly CellResult[]): string[] {
  const kinds = Map.groupBy(results, ({ kind }) => kind);
  const byKind = [...kinds].map(([kind, cells]) => {
    const failing = cells.filter(({ failures }) => failures.length > 0).length;
    const lost = cells.filter(({ isLost }) => isLost).length;
    const inWindow = cells.filter(({ isInWindow }) => isInWindow).length;
    return `${kind}: ${cells.length} cells, ${failing} fail, ${lost} logins lost, ` +
      `${inWindow} of them in the window`;
  });
  const properties = [...byProperty(results)].map(([property, cells]) =>
    `${property === 0 ? "the contract" : `property ${property}`}: ${cells} cells fail`
  );
  return [...byKind, ...properties];
}
