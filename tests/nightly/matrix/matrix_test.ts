// The fault matrix: the real program in many cells, each with a login of its own, against a server that rotates strictly.
import { assert, assertEquals } from "@std/assert";
import { findStrace } from "../../support/needs.ts";
import { type Bench, openBench } from "./cell.ts";
import { diskCells } from "./disk_cells.ts";
import { doubleLoginCells } from "./double_login_cells.ts";
import { oddCells } from "./odd_cells.ts";
import { canMount } from "./own_disks.ts";
import { runCells } from "./pool.ts";
import { refusalCells } from "./refusal_cells.ts";
import { signalCells } from "./signal_cells.ts";
import { slowCells } from "./slow_cells.ts";
import { type CellResult, type CellTest, type Kind, KINDS } from "./verdict.ts";

const RULES: Readonly<Record<Kind, string>> = {
  "Odd answers": "a refresh token in an odd answer is saved, and the next refresh works",
  "Refusals": "a refusal leaves the login as it was, unless it is invalid_grant",
  "Slow and broken answers": "a cut connection loses no login that has arrived",
  "Disk, before the answer": "nothing is sent when its result could not be saved",
  "Disk, after the answer": "tokens that cannot be saved are rescued, and come back",
  "Disk, before the answer, sealed":
    "nothing of a sealed login is sent when its result could not be saved",
  "Disk, after the answer, sealed":
    "tokens of a sealed login are rescued sealed, come back, and are never plain",
  "Disk, before the answer, without the key":
    "nothing is sent when the key goes while the disk fails",
  "Disk, after the answer, without the key":
    "tokens are rescued sealed with a key that has gone, and come back with it",
  "Signals": "a signal that can be caught waits until the tokens are saved",
  "A login over a login": "a login over a login of the same client can be used",
};

for (const kind of KINDS) {
  Deno.test({
    name: `${RULES[kind]} (all cells)`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      await using bench = await openBench();
      const cells = allCells(bench, await allowedHere()).filter((cell) => cell.kind === kind);
      const results = await runCells(cells);
      assert(results.length > 0, "there are cells of this kind");
      const failing = results.filter(({ failures }) => failures.length > 0);
      assertEquals(failing.map(failureLine), []);
    },
  });
}

/** A failing cell in one line: what was expected and seen first, and by how much more it failed. */
function failureLine({ name, failures }: CellResult): string {
  const [first, ...rest] = failures;
  if (first === undefined) return `${name}: as it has to be`;
  const numbers = [...new Set(failures.map(({ property }) => property))].filter((n) => n > 0);
  const more = rest.map(({ expected }) => expected).join(", ");
  return `[${numbers.join(",") || "contract"}] ${name}: expected ${first.expected}; ` +
    `seen ${first.seen}${more === "" ? "" : `; also not: ${more}`}`;
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
