// How much of a text a terminal has room for. Rule: pure; what can be left out goes first, then the blank lines, and
// never a part of what is left.

import { fitLines } from "../base/lines.ts";

/** `airy` has everything, `short` nothing that can be left out, `dense` no blank lines besides. */
export type Density = "airy" | "short" | "dense";

/** The size of a terminal, in characters; `undefined` where there is none. */
export interface Size {
  readonly columns: number | undefined;
  readonly rows: number | undefined;
}

/** What was typed has a row above the text. */
const ROWS_ABOVE = 1;

/** The first density at which the paragraphs and what was typed are in sight together, else the last. */
export function densityOf(
  paragraphs: (density: Density) => readonly string[],
  { columns = 80, rows = Infinity }: Size,
): Density {
  const isInSight = (density: Density): boolean => {
    const texts = paragraphs(density);
    const heights = texts.map((text) => heightOf(text, columns));
    const blanks = density === "dense" ? 0 : texts.length - 1;
    return heights.reduce((sum, height) => sum + height, ROWS_ABOVE + blanks) <= rows;
  };
  return (["airy", "short"] as const).find(isInSight) ?? "dense";
}

/** In how many rows a terminal shows the text; a word that is longer than a row, such as a URL, has several. */
export function heightOf(text: string, columns: number): number {
  return fitLines(text, columns).split("\n")
    .reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / columns)), 0);
}
