// The fault matrix: which cells there are, and what they came to as rows of the report.
// Rule: what this machine does not allow is named, and never counted as kept.
import { findStrace } from "../../support/needs.ts";
import type { Row } from "../row.ts";
import { type Bench, openBench } from "./cell.ts";
import { diskCells, missingFaults } from "./disk_cells.ts";
import { doubleLoginCells } from "./double_login_cells.ts";
import { oddCells } from "./odd_cells.ts";
import { canMount } from "./own_disks.ts";
import { runCells } from "./pool.ts";
import { refusalCells } from "./refusal_cells.ts";
import { signalCells } from "./signal_cells.ts";
import { slowCells } from "./slow_cells.ts";
import type { CellResult, CellTest } from "./verdict.ts";

/** Which cells to run. */
export interface MatrixOptions {
  /** Keeps a cell or not, by its kind and name and by its number among all. */
  readonly select?: (cell: CellTest, ordinal: number) => boolean;
  readonly hear?: (result: CellResult) => void;
}

/** Runs the cells. */
export async function runMatrix(
  { select = () => true, hear }: MatrixOptions = {},
): Promise<CellResult[]> {
  await using bench = await openBench();
  const cells = allCells(bench, await allowedHere()).filter(select);
  return await runCells(cells, hear);
}

/** The cells as rows, a few cells in each. */
export function matrixRows(results: readonly CellResult[]): Row[] {
  const groups = Map.groupBy(results, ({ kind, group }) => `${kind}\n${group}`);
  return [...groups.values()].map(rowOf);
}

/** The faults that could not be tried here, as a row. */
export async function untriedRows(): Promise<Row[]> {
  const missing = missingFaults(await allowedHere());
  if (missing.length === 0) return [];
  const kept = "not tried: needs Linux, root, mount and strace";
  return [{ part: "Disk, after the answer", what: missing.join(", "), tried: 0, kept, wrong: [] }];
}

/** A failing cell in one line: what was expected and seen first, and by how much more it failed. */
export function failureLine({ name, failures }: CellResult): string {
  const [first, ...rest] = failures;
  if (first === undefined) return `${name}: as it has to be`;
  const numbers = [...new Set(failures.map(({ property }) => property))].filter((n) => n > 0);
  const more = rest.map(({ expected }) => expected).join(", ");
  return `[${numbers.join(",") || "contract"}] ${name}: expected ${first.expected}; ` +
    `seen ${first.seen}${more === "" ? "" : `; also not: ${more}`}`;
}

/** How many cells fail of each property. */
export function byProperty(results: readonly CellResult[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const { failures } of results) {
    for (const property of new Set(failures.map(({ property }) => property))) {
      counts.set(property, (counts.get(property) ?? 0) + 1);
    }
  }
  return new Map([...counts].sort(([a], [b]) => a - b));
}

function rowOf(results: readonly CellResult[]): Row {
  const [first] = results;
  if (first === undefined) throw new Error("A row needs a cell");
  const failing = results.filter(({ failures }) => failures.length > 0);
  return {
    part: first.kind,
    what: first.group,
    tried: results.length,
    kept: `${results.length - failing.length} of ${results.length} cells`,
    wrong: failing.map(failureLine),
    counts: {
      torn: 0,
      stuck: 0,
      lost: results.filter(({ isLost }) => isLost).length,
      inWindow: results.filter(({ isInWindow }) => isInWindow).length,
    },
  };
}

function allCells(bench: Bench, allowed: ReadonlySet<string>): CellTest[] {
  return [
    ...slowCells(bench),
    ...oddCells(bench),
    ...refusalCells(bench),
    ...doubleLoginCells(bench),
    ...diskCells(bench, allowed),
    ...signalCells(bench, allowed),
  ];
}

/** What the faults may do on this machine. */
async function allowedHere(): Promise<ReadonlySet<string>> {
  const allowed = new Set<string>();
  if (findStrace().path !== undefined) allowed.add("strace");
  if (Deno.build.os === "linux" && Deno.uid() === 0) allowed.add("root");
  if (await canMount()) allowed.add("mount");
  return allowed;
}
