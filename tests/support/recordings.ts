// What a window shows as a text that is the same at every run, kept in tests/e2e/screens/.
// Rule: what differs from run to run is replaced by as many characters, so that lines break where they broke.
import { assertEquals } from "@std/assert";
import { namesIn } from "./temp_dir.ts";
import type { Shown, Size } from "./tmux.ts";
import { VERSION } from "./version.ts";

const UPDATES = Deno.env.get("UPDATE_GOLDEN") === "1";
const FOLDER = new URL("../e2e/screens/", import.meta.url);
/** How long a window may need to show the rest, and to be still, in milliseconds. */
const PATIENCE = 5_000;
const STILL = 400;
/** The line between what has scrolled away and what is in sight. */
export const ABOVE = "▲ scrolled away";

/** The values of a window that differ at every run, by their placeholder. */
export type Changing = Readonly<Record<string, string>>;

type Replacement = string | ((found: string) => string);

const PATTERNS: readonly (readonly [RegExp, Replacement])[] = [
  [/(?<=\b(?:state|nonce|code_challenge)=(?:<PRT>\.)?)[\w-]{43}\b/g, named("RANDOM")],
  [/(?<=SHA-256\s)[0-9A-F]{4}…[0-9A-F]{4}/g, named("PRINT")],
  [/\b(?=[B-Z-]*[A-Z])[B-Z]{4}-[B-Z]{4}\b/g, named("CODE")],
  [/^ *[▀▄█][ ▀▄█]*[▀▄█]$/gm, "  (a row of the QR code)"],
  [/\b\d\d:\d\d(?= left)/g, "mm:ss"],
  [/\b\d:\d\d(?=\s+left|\))/g, "m:ss"],
  [/\b20\d\d-\d\d-\d\dT[\d:.]+Z/g, named("TIME")],
  [/(?<=sealed with key )[\w-]{12}/g, named("KEY")],
  [/PostgreSQL\s+\d+[.\d]*(?:\s+\([^)]*\))?/g, "<the server's version>"],
  [/\bby\s+[^\s,]+,\s+process\s+\d+/g, "by <a process>"],
  [/(?<=at most )\d+(?= s\b)/g, "N"],
  [/\b20\d\d-\d\d-\d\d\b/g, "yyyy-mm-dd"],
  [/(?<![\d:])\d\d:\d\d(?![\d:])/g, "hh:mm"],
  [/\b3[345] min\b/g, "NN min"],
  [/(?<=^[✓!] Clock +)\d s (?:ahead of|behind)/gm, "N s behind"],
  [
    /(?<=^chunk \d of \d {3})[\d.]+(?: kB)? of about ([\d.]+ [kM]?B) {3}[\d.]+ [kM]?B\/s {3}\d+ (?:s|min) left/gm,
    "N of about N kB   N kB/s   N s left",
  ],
];

function named(name: string): (found: string) => string {
  return ({ length }) => `<${name}${"·".repeat(length - name.length - 2)}>`;
}

/** The names of the texts that are kept for windows of this size. */
export function keptNames(size: Size): string[] {
  const ending = endingOf(size);
  return namesIn(FOLDER.pathname).filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, -ending.length));
}

/** A text that is kept. */
export function keptText(name: string, size: Size): string {
  return Deno.readTextFileSync(new URL(`${name}${endingOf(size)}`, FOLDER));
}

/** Compares what a window shows with what is kept, or keeps it with UPDATE_GOLDEN=1. */
export async function compare(
  name: string,
  size: Size,
  show: () => Promise<Shown>,
  changing: Changing,
): Promise<void> {
  const file = new URL(`${name}${endingOf(size)}`, FOLDER);
  const look = async () => `${asKept(await show(), size, changing)}\n`;
  if (UPDATES) return await Deno.writeTextFile(file, await whenStill(look));
  const kept = keptText(name, size);
  const until = Date.now() + PATIENCE;
  let seen = await look();
  while (seen !== kept && Date.now() < until) {
    await pause(STILL / 4);
    seen = await look();
  }
  assertEquals(seen, kept, `${file.pathname}; UPDATE_GOLDEN=1 writes what is shown into it`);
}

function endingOf({ columns, rows }: Size): string {
  return `-${columns}x${rows}.txt`;
}

function asKept({ text, above }: Shown, { columns }: Size, changing: Changing): string {
  let same = text.replaceAll(VERSION, named("V")(VERSION));
  for (const [name, value] of Object.entries(changing)) same = same.replaceAll(value, name);
  for (const [pattern, replaced] of PATTERNS) {
    same = same.replace(
      pattern,
      (found) => typeof replaced === "string" ? replaced : replaced(found),
    );
  }
  const rows = same.split("\n").flatMap((line) => rowsOf(line, columns));
  return [...rows.slice(0, above), ...above > 0 ? [ABOVE] : [], ...rows.slice(above)].join("\n");
}

/** The rows in which a terminal shows a line. */
function rowsOf(line: string, columns: number): string[] {
  const characters = [...line];
  const rows = [];
  for (let at = 0; at === 0 || at < characters.length; at += columns) {
    rows.push(characters.slice(at, at + columns).join("").trimEnd());
  }
  return rows;
}

async function whenStill(look: () => Promise<string>): Promise<string> {
  for (let before = await look();;) {
    await pause(STILL);
    const now = await look();
    if (now === before) return now;
    before = now;
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
