// The sign-in of `deno task demo`, as a terminal shows it. Rule: it is run, not written; only what is
// another each time (ports, paths, what is random) is fixed or shortened, here and nowhere else. The SVG shows
// the characters that it is given, whatever font the reader has: every line is held to its width.

import { makeHome } from "../tests/support/home.ts";
import { screenText } from "../tests/support/screen.ts";
import { openTerminalOf } from "../tests/support/terminal.ts";

const SANDBOX = "https://127.0.0.1:9443";
const LISTENER = "https://127.0.0.1:8443";
const UNWRAPPED = 1_000; // the address is one line: it is shortened afterwards
const TITLE = "A sign-in to the sandbox in a terminal: deno task login, and then deno task whoami";

/** Runs the demo in a pseudo-terminal; gives its lines from `login` until `whoami` has answered. */
export async function demoSession(python: string): Promise<string[]> {
  await using home = await makeHome();
  await using terminal = await openTerminalOf(
    { program: Deno.execPath(), args: ["task", "--quiet", "demo"] },
    { python, home: home.path, columns: 80 },
  );
  const { code, screen } = await terminal.end;
  if (code !== 0) throw new Error(`The demo ended with ${code}:\n${screen}`);
  const lines = steady(screenText(terminal.output(), UNWRAPPED)).split("\n");
  const [first, end] = [/^\$ .* login/, /^\$ .* refresh/].map((command) =>
    lines.findIndex((line) => command.test(line))
  );
  return lines.slice(first, end).join("\n").trim().split("\n");
}

/** The same text for every run: what is chosen or made anew each time has one value. */
export function steady(text: string): string {
  const [, sandbox = SANDBOX] = /^(https:\S+)\/auth\/prelogin/m.exec(text) ?? [];
  const [, redirectUri = LISTENER] = /&redirect_uri=([^&]+)/.exec(text) ?? [];
  const listener = new URL(decodeURIComponent(redirectUri)).origin;
  return text
    .replaceAll(sandbox, SANDBOX)
    .replaceAll(listener, LISTENER)
    .replace(/^(https:\S+\?response_type=code)&\S+$/gm, "$1&client_id=…")
    .replace(/\/\S+\/anaplan-auth-demo-\w+/g, "/tmp/anaplan-auth-demo")
    .replace(/SHA-256 \w{4}…\w{4}/g, "SHA-256 D910…6FA7")
    .replace(/until about \d\d:\d\d/g, "until about 22:42");
}

/** The pictures of a session, by the names of their files. */
export function sessionPictures(lines: readonly string[]): Readonly<Record<string, string>> {
  const marked = lines.map((text) => ({ text, isTyped: text.startsWith("$ ") }));
  return Object.fromEntries(
    Object.entries(LOOKS).map(([theme, look]) => [
      `session-${theme}.svg`,
      terminalSvg(marked, TITLE, look),
    ]),
  );
}

/** The colors of a terminal, for readers with a light and with a dark page around it. */
const LOOKS = {
  light: { paper: "#f6f8fa", edge: "#d1d9e0", ink: "#1f2328", typed: "#0550ae" },
  dark: { paper: "#151b23", edge: "#3d444d", ink: "#e6edf3", typed: "#79c0ff" },
} as const;

const COLUMN = 8.4; // of a monospaced font of 14 pixels
const ROW = 20;
const MARGIN = 20;

/** The picture; `title` is read to those who do not see it. */
function terminalSvg(
  lines: readonly { text: string; isTyped: boolean }[],
  title: string,
  { paper, edge, ink, typed }: typeof LOOKS["light" | "dark"],
): string {
  const columns = Math.max(...lines.map(({ text }) => text.length));
  const width = Math.ceil(columns * COLUMN) + 2 * MARGIN;
  const height = lines.length * ROW + 2 * MARGIN;
  const frame = `width="${width - 1}" height="${height - 1}"`;
  const drawn = lines.flatMap(({ text, isTyped }, index) =>
    text === "" ? [] : textAt(text, index, isTyped ? ` class="typed"` : "")
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}">
<title>${escaped(title)}</title>
<style>
text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  fill: ${ink}; white-space: pre }
.typed { font-weight: 600; fill: ${typed} }
</style>
<rect x="0.5" y="0.5" ${frame} rx="8" fill="${paper}" stroke="${edge}"/>
${drawn.join("\n")}
</svg>
`;
}

function textAt(text: string, index: number, attributes: string): string {
  const indent = text.length - text.trimStart().length;
  const x = MARGIN + indent * COLUMN;
  const y = MARGIN + index * ROW + 15;
  const length = (text.length - indent) * COLUMN;
  const [left, wide] = [x, length].map((pixels) => Number(pixels.toFixed(1)));
  return `<text x="${left}" y="${y}" textLength="${wide}"${attributes}>` +
    `${escaped(text.trimStart())}</text>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
