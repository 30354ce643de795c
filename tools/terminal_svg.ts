// Draws the lines of a terminal as an SVG. Rule: pure; it shows the characters that it is given and adds
// none, whatever font the reader has: every line is held to its width.

/** The colours of a terminal. */
export interface TerminalColours {
  readonly paper: string;
  readonly edge: string;
  readonly ink: string;
  /** What the person typed. */
  readonly typed: string;
}

/** For readers with a light and with a dark page around it. */
export const LOOKS: Readonly<Record<"light" | "dark", TerminalColours>> = {
  light: { paper: "#f6f8fa", edge: "#d1d9e0", ink: "#1f2328", typed: "#0550ae" },
  dark: { paper: "#151b23", edge: "#3d444d", ink: "#e6edf3", typed: "#79c0ff" },
};

/** A line, and whether the person typed it. */
export interface TerminalLine {
  readonly text: string;
  readonly isTyped: boolean;
}

const COLUMN = 8.4; // of a monospaced font of 14 pixels
const ROW = 20;
const MARGIN = 20;

/** The picture; `title` is read to those who do not see it. */
export function terminalSvg(
  lines: readonly TerminalLine[],
  title: string,
  { paper, edge, ink, typed }: TerminalColours,
): string {
  const columns = Math.max(...lines.map(({ text }) => text.length));
  const width = Math.ceil(columns * COLUMN) + 2 * MARGIN;
  const height = lines.length * ROW + 2 * MARGIN;
  const drawn = lines.map(({ text, isTyped }, index) =>
    text === "" ? "" : textAt(text, index, isTyped ? ` class="typed"` : "")
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}">
<title>${escaped(title)}</title>
<style>
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  fill: ${ink}; white-space: pre }
.typed { font-weight: 600; fill: ${typed} }
</style>
<rect x="0.5" y="0.5" width="${width - 1}" height="${
      height - 1
    }" rx="8" fill="${paper}" stroke="${edge}"/>
${drawn.filter((line) => line !== "").join("\n")}
</svg>
`;
}

function textAt(text: string, index: number, attributes: string): string {
  const indent = text.length - text.trimStart().length;
  const x = MARGIN + indent * COLUMN;
  const y = MARGIN + index * ROW + 15;
  const length = (text.length - indent) * COLUMN;
  return `<text x="${round(x)}" y="${y}" textLength="${round(length)}"${attributes}>${
    escaped(text.trimStart())
  }</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
