// Sequences that steer a terminal, and texts that carry them.
import { assert } from "@std/assert";
import type { Outcome } from "../support/program.ts";

/** One of each kind: C0, C1, line breaks, and the direction of writing. */
export const ESCAPES: readonly string[] = [
  "\x1b[2J\x1b[H", // clears the screen
  "\x1b]0;title\x07", // names the window
  "\x1b]52;c;ZXZpbA==\x1b\\", // writes to the clipboard
  "\x9b31m", // CSI in one character
  "\x90q\x9c", // DCS
  "\r\n",
  "\b\b\b",
  "\u202e", // writes backwards
  "\u2066",
];

/** The text with all of them in it. */
export function steering(text: string): string {
  return `${text}${ESCAPES.join("")}`;
}

/** Nothing that was printed steers a terminal; lines end as lines do. */
export function assertUnsteered({ stdout, stderr }: Outcome): void {
  const printed = stdout + stderr;
  const found = /(?!\n)[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u.exec(printed);
  assert(found === null, JSON.stringify(printed.slice(Math.max(0, (found?.index ?? 0) - 60))));
}
