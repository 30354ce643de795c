// `deno task torture --store postgresql|etcd`: many processes, kills and failovers on a login that several computers use.
// Rule: it says each finding as it comes, writes its chapter of docs/reliability-stores.md, and exits with 1 when
// anything was not kept.
import { type Etcd, findEtcd, startEtcd } from "../../support/etcd.ts";
import { findPostgres, type Postgres, startPostgres } from "../../support/postgres.ts";
import { type SharedWorld, sharedWorld } from "../../support/shared_world.ts";
import { type Failover, failovers } from "./failovers.ts";
import { added, killRefreshes } from "./kills.ts";

/** One line of the chapter. */
export interface Finding {
  readonly what: string;
  readonly tried: number;
  readonly kept: string;
  readonly isKept: boolean;
}

/** How much is tried. */
export interface StoreOptions {
  readonly kind: "postgresql" | "etcd";
  readonly processes: number;
  readonly kills: number;
  readonly failovers: number;
}

const NAMES = { postgresql: "PostgreSQL", etcd: "etcd" } as const;

/** Tries it all, but for what is tried 0 times, and writes the chapter into a page; whether everything was kept. */
export async function tortureStore(
  options: StoreOptions,
  page: string | undefined,
  say: (text: string) => void,
): Promise<boolean> {
  let isAllKept = true;
  const note = async (finding: Finding): Promise<void> => {
    isAllKept &&= finding.isKept;
    say(`${finding.isKept ? "kept" : "NOT KEPT"}: ${finding.what}: ${finding.kept}`);
    if (page !== undefined) await writeRow(page, NAMES[options.kind], finding);
  };
  if (options.processes > 0) await note(await race(options));
  if (options.kills > 0) await note(await kills(options));
  if (options.failovers === 0) return isAllKept;
  for (const failover of await failovers(options.kind, options.failovers)) {
    await note(asFinding(failover));
  }
  return isAllKept;
}

async function server(kind: StoreOptions["kind"]): Promise<Postgres | Etcd> {
  return kind === "etcd"
    ? await startEtcd(findEtcd().path ?? "")
    : await startPostgres(findPostgres().path ?? "");
}

async function race({ kind, processes }: StoreOptions): Promise<Finding> {
  await using store = await server(kind);
  await using world = await sharedWorld(store, 4);
  await world.makeStale();
  const since = world.sandbox.requests.length;
  const before = Number(await world.column("generation"));
  const commands = Array.from({ length: processes }, (_, index) => world.run(index % 4, ["token"]));
  const outcomes = await Promise.all(commands);
  const served = outcomes.filter(({ code }) => code === 0).length;
  const requests = world.refreshes(since).length;
  const generations = Number(await world.column("generation")) - before;
  const tokens = new Set(outcomes.map(({ stdout }) => stdout)).size;
  return {
    what: `${processes} processes of 4 computers on one stale login`,
    tried: processes,
    kept: `${served} served, ${requests} token request, ${generations} generation`,
    isKept: served === processes && requests === 1 && generations === 1 && tokens === 1,
  };
}

/** How many logins are tried at once, each with a server of its own: a killed holder's lease is waited for. */
const AT_ONCE = { postgresql: 1, etcd: 20 } as const;

async function kills({ kind, kills }: StoreOptions): Promise<Finding> {
  const most = Math.min(AT_ONCE[kind], kills);
  await using undo = new AsyncDisposableStack();
  const worlds: SharedWorld[] = [];
  while (worlds.length < most) { // one after the other: the sign-ins share this process's listeners
    worlds.push(undo.use(await sharedWorld(undo.use(await server(kind)), 2)));
  }
  const counts = await Promise.all(
    worlds.map((world, index) => killRefreshes(world, Math.floor((kills + index) / most))),
  );
  const { torn, stuck, lost, inWindow, done, longest } = counts.reduce(added);
  return {
    what: "a refresh is killed at any moment; the next command is on another computer",
    tried: kills,
    kept:
      `${torn} torn rows, ${stuck} stuck locks, ${lost} logins lost; ${inWindow} lost in the window ` +
      `between answer and rescue file; ${done} had ended before; the next command took ` +
      `${(longest / 1000).toFixed(1)} s at the longest`,
    isKept: torn === 0 && stuck === 0 && lost === 0,
  };
}

function asFinding({ what, tried, lost, mayLose }: Failover): Finding {
  return { what, tried, kept: `${lost} logins lost`, isKept: mayLose || lost === 0 };
}

/** Puts a finding into the chapter of a page: an earlier one of the same is replaced, and the others stay. */
export async function writeRow(page: string, name: string, finding: Finding): Promise<void> {
  const text = await Deno.readTextFile(page);
  const pattern = new RegExp(`## ${name}\n[^]*?(?=\n## |$)`);
  const [present = ""] = pattern.exec(text) ?? [];
  const earlier = present.split("\n").filter((line) => line.startsWith("|")).slice(2);
  const isSame = (row: string): boolean => row.split("|")[1]?.trim() === finding.what;
  const row = `| ${finding.what} | ${finding.tried} | ${finding.kept} |`;
  const rows = earlier.some(isSame)
    ? earlier.map((each) => isSame(each) ? row : each)
    : [...earlier, row];
  const head = [`## ${name}`, "", "| what | tried | result |", "| --- | ---: | --- |"];
  const chapter = [...head, ...rows, ""].join("\n");
  await Deno.writeTextFile(
    page,
    present === "" ? `${text}\n${chapter}` : text.replace(pattern, () => chapter),
  );
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "-q", page] }).output();
}
