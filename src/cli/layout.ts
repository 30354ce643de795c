// What is said as a terminal shows it: on lines of its width, in color by meaning. Rule: loaded for terminals only,
// and a color says nothing that the words do not.

import { fitLines } from "../base/lines.ts";

export interface PageFormat {
  /** How many characters a line has; `undefined` leaves the lines as they are. */
  readonly width: number | undefined;
  readonly hasColor: boolean;
  /** How many blanks are before the rest of a line that is too long. */
  readonly hang?: number | undefined;
}

/** From here on lines are broken; a narrower terminal does it by itself. */
const NARROWEST = 40;

/** The text as the terminal shows it; without what steers one. */
export function layout(text: string, { width, hasColor, hang }: PageFormat): string {
  return text.split("\n").map((line) => {
    const lines = fitLines(line, Math.max(NARROWEST, width ?? Infinity), hang);
    if (!hasColor) return lines;
    const [what, style] = MEANINGS.find(([what]) => what.test(lines)) ?? [];
    return what === undefined ? lines : lines.replace(what, `$1\x1b[${style}m$2\x1b[0m`);
  }).join("\n");
}

const [BOLD, DIM, RED, GREEN, YELLOW] = [1, 2, 31, 32, 33];
/** What begins a line, how much of the line it colors, and how. */
const MEANINGS: readonly (readonly [what: RegExp, style: number | undefined])[] = [
  [/^( *)(Next:[^]*)/, BOLD],
  [/^( *)(– [^]*)/, DIM],
  [/^( *)(✓)(?= )/, GREEN],
  [/^( *)(!|Warning:)(?= )/, YELLOW],
  [/^( *)(✗)(?= )/, RED],
];
