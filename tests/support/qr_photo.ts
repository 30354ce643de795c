// A photo of a QR code in a terminal, for a decoder that knows nothing of terminals.
// Rule: a terminal's own two colors are given; a character is drawn in them unless it says its own.

/** A picture as decoders take it: four bytes a pixel. */
export interface Photo {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** The colors of a terminal. */
export interface TerminalColors {
  readonly ink: number;
  readonly paper: number;
}

/** One half block is so many pixels wide and high. */
const SCALE = 4;
/** How much of the terminal is seen around the text, in half blocks. */
const MARGIN = 6;
const BLOCKS: Readonly<Record<string, readonly [upper: boolean, lower: boolean]>> = {
  " ": [false, false],
  "▀": [true, false],
  "▄": [false, true],
  "█": [true, true],
};
/** What the colors are that the text may choose (ECMA-48, 8.3.117; aixterm for the bright one). */
const INKS: Readonly<Record<string, number>> = { "30": 0, "37": 229, "97": 255 };
const PAPERS: Readonly<Record<string, number>> = { "40": 0, "47": 229, "107": 255 };

/** Takes the photo; a character that is not known is an error. */
export function photograph(text: string, terminal: TerminalColors): Photo {
  const rows = text.split("\n").flatMap((line) => rowsOf(line, terminal));
  const columns = Math.max(...rows.map((row) => row.length));
  const width = (columns + 2 * MARGIN) * SCALE;
  const height = (rows.length + 2 * MARGIN) * SCALE;
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const row = rows[Math.floor(y / SCALE) - MARGIN];
      const grey = row?.[Math.floor(x / SCALE) - MARGIN] ?? terminal.paper;
      data.set([grey, grey, grey, 255], (y * width + x) * 4);
    }
  }
  return { data, width, height };
}

/** The two rows of greys that a line of characters is. */
function rowsOf(line: string, terminal: TerminalColors): [number[], number[]] {
  let { ink, paper } = terminal;
  const upper: number[] = [];
  const lower: number[] = [];
  // deno-lint-ignore no-control-regex
  for (const [piece, codes] of line.matchAll(/\x1b\[([\d;]*)m|[^\x1b]/g)) {
    if (codes === undefined) {
      const block = BLOCKS[piece];
      if (block === undefined) throw new Error(`not a half block: ${JSON.stringify(piece)}`);
      upper.push(block[0] ? ink : paper);
      lower.push(block[1] ? ink : paper);
    } else {
      for (const code of codes.split(";")) {
        if (code === "0" || code === "") ({ ink, paper } = terminal);
        ink = INKS[code] ?? ink;
        paper = PAPERS[code] ?? paper;
      }
    }
  }
  return [upper, lower];
}
