// Text on lines of a terminal's width. Rule: pure.

import { unsteering } from "./text.ts";

/** The text on lines of at most `width` characters, as far as its words are shorter than that. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

/** The text with every line broken at its words where it is too long, and indented as it begins. */
export function fitted(text: string, width: number): string {
  return text.split("\n").flatMap((line) => {
    if (line.length <= width) return [line];
    const [indent = ""] = /^ *(\d\. )?/.exec(line) ?? [];
    const [first = "", ...others] = wrapped(line.slice(indent.length), width - indent.length);
    return [indent + first, ...others.map((other) => " ".repeat(indent.length) + other)];
  }).join("\n");
}

/** Label and value lines with the values under each other; rows without a value are left out. */
export function table(
  rows: readonly (readonly [label: string, value: string | undefined])[],
): string {
  const cells = rows.map((row) => row.map((cell) => cell && unsteering(cell))); // a row is one line
  const width = Math.max(...cells.map(([label = ""]) => label.length)) + 2;
  return cells
    .filter(([, value]) => value !== undefined)
    .map(([label = "", value]) => label.padEnd(width) + value)
    .join("\n");
}
