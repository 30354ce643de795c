// The torture task: races, crashes and full disks, for as long as it takes.
// Rule: it says each finding as it comes, writes docs/reliability.md, and exits with 1 when anything was
// not kept.
import { startSandbox } from "../sandbox/sandbox.ts";
import { killAtEachCall } from "./crashes.ts";
import { FIRST_LOGIN, LOGIN, loginElsewhere, REFRESH } from "./deeds.ts";
import {
  loginAmongRefreshes,
  logoutAmongRefreshes,
  logoutDuringRefresh,
  waitingForAPerson,
} from "./encounters.ts";
import { hostileRows } from "./hostile_rows.ts";
import { failEachSave, failTheLock, isSaving } from "./full_disk.ts";
import { raceAtOnce, raceInTurn, refusedAtOnce, twoProfiles } from "./races.ts";
import { holderKilled, holderStopped, holderTold } from "./holders.ts";
import { killAtRandom } from "./random_kills.ts";
import { matrixAlone } from "./matrix/matrix_alone.ts";
import { line, page, totals, withHostileChapter } from "./report.ts";
import type { Row } from "./row.ts";
import { measureWindow } from "./window.ts";

const PAGE = new URL("../../docs/reliability.md", import.meta.url);
const MOST_AT_ONCE = 100; // more stand before the lock for longer than its deadline, on two processors
const AT_A_TIME = 40;

type Job = () => Promise<Row | readonly Row[]>;

interface Options {
  /** Leaves out what takes minutes, and writes no page. */
  readonly quick: boolean;
  readonly kills: number;
  readonly processes: readonly number[];
}

/** The jobs, one after the other: they measure time, and the machine is small. */
function jobs({ quick, kills, processes }: Options): readonly Job[] {
  const race = (count: number): Promise<Row> =>
    count <= MOST_AT_ONCE ? raceAtOnce(count) : raceInTurn(count, AT_A_TIME);
  return [
    ...processes.map((count) => () => race(count)),
    () => refusedAtOnce(quick ? 8 : 32),
    twoProfiles,
    logoutAmongRefreshes,
    logoutDuringRefresh,
    loginAmongRefreshes,
    waitingForAPerson,
    holderKilled,
    () => holderTold("SIGTERM"),
    () => holderTold("SIGINT"),
    ...(quick ? [] : [holderStopped]),
    () => killAtEachCall({ deed: REFRESH }),
    ...(quick ? [] : [LOGIN, FIRST_LOGIN].map((deed) => () => killAtEachCall({ deed }))),
    killMovingAtEachSave,
    () => killAtRandom(kills),
    () => failEachSave(quick ? ["ENOSPC"] : undefined),
    failTheLock,
    ...(quick ? [] : [hostileRows]),
  ];
}

/** A profile moves to another server: at each moment its tokens and its settings belong together. */
async function killMovingAtEachSave(): Promise<Row[]> {
  await using other = await startSandbox();
  return await killAtEachCall({ deed: loginElsewhere(other), select: isSaving });
}

function parse(words: readonly string[]): Options {
  const quick = words.includes("--quick");
  const number = (flag: string): number | undefined => {
    const at = words.indexOf(flag);
    if (at < 0) return undefined;
    const value = Number(words[at + 1]);
    if (!Number.isInteger(value) || value < 1) throw new Error(`${flag} needs a number`);
    return value;
  };
  const processes = number("--processes");
  const usual = quick ? [2, 16] : [2, 16, 100];
  return {
    quick,
    kills: number("--kills") ?? 60,
    processes: processes === undefined ? usual : [...usual, processes],
  };
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

/** Makes the chapter of the tests anew, in a page that a whole run has made. */
async function hostileOnly(): Promise<number> {
  const rows = await hostileRows();
  for (const row of rows) say(line(row));
  await writePage(withHostileChapter(await Deno.readTextFile(PAGE), rows));
  return rows.every(({ wrong }) => wrong.length === 0) ? 0 : 1;
}

async function writePage(text: string): Promise<void> {
  await Deno.writeTextFile(PAGE, text);
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "-q", PAGE.pathname] }).output();
}

/** Runs the fault matrix alone, or the cells that have the word after the flag. */
async function matrixOnly(): Promise<number> {
  const pattern = Deno.args[Deno.args.indexOf("--matrix") + 1];
  return await matrixAlone(new RegExp(pattern ?? ""), say) ? 0 : 1;
}

async function main(): Promise<number> {
  if (Deno.args.includes("--matrix")) return await matrixOnly();
  if (Deno.args.includes("--hostile")) return await hostileOnly();
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
  if (!options.quick) {
    const command = ["deno task torture", ...Deno.args].join(" ");
    const minutes = Math.ceil((performance.now() - started) / 60_000);
    await writePage(page({ rows, window, command, minutes }));
  }
  return rows.every(({ wrong }) => wrong.length === 0) ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
