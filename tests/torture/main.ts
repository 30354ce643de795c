// The torture task: races, crashes, full disks and the fault matrix, for as long as it takes.
// Rule: it says each finding as it comes, writes the pages of docs/, and exits with 1 when anything was not
// kept.
import { hostileRows } from "./hostile_rows.ts";
import { jobs, type Options } from "./jobs.ts";
import { matrixAlone } from "./matrix/matrix_alone.ts";
import { killsByCommand, line, page, totals, withSummaryLine } from "./report.ts";
import { HOSTILE, type Row } from "./row.ts";
import { killAllSealed } from "./sealed_crashes.ts";
import { tortureStore } from "./store/main.ts";
import { tables, withHostileChapter } from "./tables.ts";
import { measureWindow } from "./window.ts";

const DOCS = new URL("../../docs/", import.meta.url).pathname;

function parse(words: readonly string[]): Options {
  const quick = words.includes("--quick");
  const number = (flag: string): number | undefined => {
    const word = wordAfter(flag, words);
    if (word === undefined) return undefined;
    const value = Number(word);
    if (!Number.isInteger(value) || value < 1) throw new Error(`${flag} needs a number`);
    return value;
  };
  const processes = number("--processes");
  const usual = quick ? [2, 16] : [2, 16, 100];
  const pages = wordAfter("--pages", words);
  return {
    quick,
    kills: number("--kills") ?? 60,
    processes: processes === undefined ? usual : [...usual, processes],
    pages: pages === undefined ? (quick ? undefined : DOCS) : `${pages}/`,
  };
}

function wordAfter(flag: string, words: readonly string[]): string | undefined {
  const at = words.indexOf(flag);
  return at < 0 ? undefined : words[at + 1] ?? "";
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

/** Makes what tests/hostile found anew, in pages that a whole run has made. */
async function hostileOnly(): Promise<number> {
  const rows = await hostileRows();
  for (const row of rows) say(line(row));
  const [short, long] = [`${DOCS}reliability.md`, `${DOCS}reliability-tables.md`];
  await write(short, withSummaryLine(await Deno.readTextFile(short), HOSTILE, rows));
  await write(long, withHostileChapter(await Deno.readTextFile(long), rows));
  return codeFor(rows);
}

/** Kills what handles sealed logins; `--quick` takes one call of eight. */
async function sealedOnly(): Promise<number> {
  const started = performance.now();
  const every = Deno.args.includes("--quick") ? 8 : 1;
  const rows = await killAllSealed({ hear: (row) => say(line(row)), every });
  say("command | calls | kills | not met | not as expected | logins lost | in the window");
  for (const text of killsByCommand(rows)) say(text);
  say(`${Math.round((performance.now() - started) / 1000)} s`);
  return codeFor(rows);
}

/** Tortures a login store; `--quick` writes nothing. A row of the page says how much was tried. */
async function storeOnly(kind: string): Promise<number> {
  if (kind !== "postgresql" && kind !== "etcd") throw new Error("--store needs postgresql or etcd");
  const number = (flag: string, usual: number): number =>
    Number(wordAfter(flag, Deno.args) ?? usual);
  const isQuick = Deno.args.includes("--quick");
  const options = {
    kind,
    processes: number("--processes", isQuick ? 40 : 200),
    kills: number("--kills", isQuick ? 20 : 500),
    failovers: number("--failovers", isQuick ? 2 : 50),
  } as const;
  const page = isQuick ? undefined : `${DOCS}reliability-stores.md`;
  return await tortureStore(options, page, say) ? 0 : 1;
}

async function write(path: string, text: string): Promise<void> {
  await Deno.writeTextFile(path, text);
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "-q", path] }).output();
}

async function main(): Promise<number> {
  if (Deno.args.includes("--matrix")) {
    const pattern = new RegExp(wordAfter("--matrix", Deno.args) ?? "");
    return await matrixAlone(pattern, say) ? 0 : 1;
  }
  if (Deno.args.includes("--hostile")) return await hostileOnly();
  if (Deno.args.includes("--sealed")) return await sealedOnly();
  const store = wordAfter("--store", Deno.args);
  if (store !== undefined) return await storeOnly(store);
  const options = parse(Deno.args);
  const started = performance.now();
  const rows: Row[] = [];
  for (const job of jobs(options)) {
    for (const row of [await job()].flat()) {
      rows.push(row);
      say(line(row));
    }
  }
  const window = await measureWindow(options.quick ? 5 : 30);
  const { torn, stuck, lost, inWindow } = totals(rows);
  say(`torn files ${torn}, stuck locks ${stuck}, logins lost ${lost}, in the window ${inWindow}`);
  say(`the window: ${window.median.toFixed(1)} ms, ${window.longest.toFixed(1)} ms at the longest`);
  if (options.pages !== undefined) {
    const kept = Deno.args.filter((word, at) =>
      word !== "--pages" && Deno.args[at - 1] !== "--pages"
    );
    const command = ["deno task torture", ...kept].join(" ");
    const minutes = Math.ceil((performance.now() - started) / 60_000);
    await write(`${options.pages}reliability.md`, page({ rows, window, command, minutes }));
    await write(`${options.pages}reliability-tables.md`, tables(rows));
  }
  return codeFor(rows);
}

function codeFor(rows: readonly Row[]): number {
  return rows.every(({ wrong }) => wrong.length === 0) ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
