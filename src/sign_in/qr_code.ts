// A QR code for terminals. Rule: black on white by its own colors, so that it scans on a dark and on a
// light terminal alike.

import { renderUnicodeCompact } from "uqr";

const BLACK_ON_WHITE = "\x1b[30;107m";
const RESET = "\x1b[0m";

/** The text as a QR code of half blocks: two modules in one character, with a quiet zone of two. */
export function qrCode(text: string): string {
  // inverted, since what is light is drawn there
  const code = renderUnicodeCompact(text, { ecc: "L", border: 2, invert: true });
  return code.replaceAll(/^.+$/gm, `${BLACK_ON_WHITE}$&${RESET}`);
}
