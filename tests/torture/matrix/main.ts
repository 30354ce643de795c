// The fault matrix alone: every cell, or those whose name has a text; the cells that fail, by property.
import { openBench } from "./cell.ts";
import { slowCells } from "./slow_cells.ts";
import { doubleLoginCells } from "./double_login_cells.ts";
import { diskCells } from "./disk_cells.ts";
import { signalCells } from "./signal_cells.ts";
import { oddCells } from "./odd_cells.ts";
import { runCells } from "./pool.ts";
import { refusalCells } from "./refusal_cells.ts";

await using bench = await openBench();
const pattern = new RegExp(Deno.args[0] ?? "");
const cells = [
  ...oddCells(bench),
  ...refusalCells(bench),
  ...slowCells(bench),
  ...diskCells(bench, new Set(["mount", "strace", "root"])),
  ...signalCells(bench, new Set(["strace"])),
  ...doubleLoginCells(bench),
].filter(({ kind, name }) => pattern.test(`${kind}: ${name}`));
const t = performance.now();
const results = await runCells(cells, (r) => {
  for (const f of r.failures) { // deno-lint-ignore no-console
    console.log(r.name, f);
  }
});
// deno-lint-ignore no-console
console.log(
  cells.length,
  results.filter((r) => r.failures.length === 0).length,
  results.filter((r) => r.isLost).length,
  performance.now() - t,
);
