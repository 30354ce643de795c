// A QR code for terminals. Rule: black on white by its own colors, so that it scans on a dark and on a
// light terminal alike.

import { encode } from "uqr";

const BLACK_ON_WHITE = "\x1b[30;107m";
const RESET = "\x1b[0m";

/** The text as a QR code of half blocks: two modules in one character, with a quiet zone of two. */
export function qrCode(text: string): string {
  const { data, size } = encode(text, { ecc: "L", border: 2 });
  const isDark = (row: number, column: number): boolean => data[row]?.[column] ?? false;
  const lines: string[] = [];
  for (let row = 0; row < size; row += 2) {
    let line = "";
    for (let column = 0; column < size; column++) {
      line += block(isDark(row, column), isDark(row + 1, column));
    }
    lines.push(BLACK_ON_WHITE + line + RESET);
  }
  return lines.join("\n");
}

function block(isUpperDark: boolean, isLowerDark: boolean): string {
  if (isUpperDark) return isLowerDark ? "█" : "▀";
  return isLowerDark ? "▄" : " ";
}
