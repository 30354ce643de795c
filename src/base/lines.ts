// Text on lines of a terminal's width, from 40 columns up. Rule: pure, and no command, path, flag or URL is broken.

/** A blank at which no line is broken; printed as any other. */
export const NO_BREAK_SPACE = "\u00a0";

/** A second column that would be narrower, or has a word that is too long for it, begins on a line of its own. */
const NARROWEST = 20;
/** A flag with the word for its value. */
const WITH_VALUE = /(?<![\w-])(--?[a-zA-Z][\w-]*) (?=[A-Z]{2,}\b|\d)/g;
/** Blanks, a number or a mark; then, in lines with two columns, the first one. */
const HEAD = /^( *(?:\d\. |[✓!✗–] )?)((?:\S(?: ?\S)* {2,}(?=\S))?)/;

import { flattenText } from "./words.ts";

/** The text on lines of at most `width` characters, unless a word is longer than that. */
export function wrapText(text: string, width: number): string[] {
  return fillLines(text, width, "", "").map(unglued);
}

/**
 * The text with every line broken that is too long. The rest goes under the line's second column, its number
 * or its mark, else under its beginning, `hang` blanks further; behind `Next:` and `Warning:` these are two.
 */
export function fitLines(text: string, width: number, hang = 0): string {
  return unglued(broken(text, width, hang));
}

/** The same with its {@link NO_BREAK_SPACE}, for what a terminal will fit once more: nothing that is glued is broken then. */
export function broken(text: string, width: number, hang = 0): string {
  return text.split("\n").flatMap((line) => fitLine(line, width, hang)).join("\n");
}

/** The text as one word, such as a command; blanks before it stay what they are. */
export function glued(text: string): string {
  return text.replace(/(?<=\S) /g, NO_BREAK_SPACE);
}

function unglued(text: string): string {
  return text.replaceAll(NO_BREAK_SPACE, " ");
}

function fitLine(line: string, width: number, hang: number): string[] {
  if (line.length <= width) return [line];
  const [head = "", lead = "", label = ""] = HEAD.exec(line) ?? [];
  const rest = line.slice(head.length);
  const indent = " ".repeat(lead.length);
  if (label === "") {
    return fillLines(
      rest,
      width,
      lead,
      indent + " ".repeat(/^(Next|Warning):/.test(rest) ? 2 : hang),
    );
  }
  const room = width - head.length;
  if (room >= NARROWEST && wordsOf(rest).every(({ length }) => length <= room)) {
    return fillLines(rest, width, head, " ".repeat(head.length));
  }
  const below = `${indent}    `;
  return [
    ...fillLines(label.trimEnd(), width, lead, indent),
    ...fillLines(rest, width, below, below),
  ];
}

/** The words on lines, each behind the prefix of the first one or of the others. */
function fillLines(text: string, width: number, first: string, others: string): string[] {
  const lines: string[] = [];
  let line: string | undefined;
  for (const word of wordsOf(text)) {
    if (line !== undefined && line.length + 1 + word.length <= width) line += ` ${word}`;
    else {
      if (line !== undefined) lines.push(line);
      line = (line === undefined ? first : others) + word;
    }
  }
  return [...lines, line ?? first].map((one) => one.trimEnd());
}

function wordsOf(text: string): string[] {
  return text.replace(WITH_VALUE, `$1${NO_BREAK_SPACE}`).split(" ");
}

/** Label and value lines with the values under each other; rows without a value are left out. */
export function table(
  rows: readonly (readonly [label: string, value: string | undefined])[],
): string {
  const cells = rows.map((row) => row.map((cell) => cell && flattenText(cell))); // a row is one line
  const width = Math.max(...cells.map(([label = ""]) => label.length)) + 2;
  return cells
    .filter(([, value]) => value !== undefined)
    .map(([label = "", value]) => label.padEnd(width) + value)
    .join("\n");
}
