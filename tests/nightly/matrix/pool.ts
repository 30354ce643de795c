// Runs the cells of the fault matrix, some side by side.
// Rule: a cell that only waits takes no place of a cell that works.
import { cellJudge, type CellResult, type CellTest, type Fate } from "./verdict.ts";

/** How many cells work at the same time; each has one program, which waits now and then. */
const WIDTH = 2 * navigator.hardwareConcurrency;
/** How many cells wait at the same time. */
const SLOW_WIDTH = 24;

/** Runs them all; `hear` gets each as it ends. */
export async function runCells(
  cells: readonly CellTest[],
  hear: (result: CellResult) => void = () => {},
): Promise<CellResult[]> {
  const results: CellResult[] = [];
  const lane = async (waiting: Iterator<CellTest>): Promise<void> => {
    for (let next = waiting.next(); !next.done; next = waiting.next()) {
      const result = await runCell(next.value);
      results.push(result);
      hear(result);
    }
  };
  const lanes = (isSlow: boolean, width: number): Promise<void>[] => {
    const waiting = cells.filter((cell) => (cell.isSlow ?? false) === isSlow).values();
    return Array.from({ length: width }, () => lane(waiting));
  };
  await Promise.all([...lanes(true, SLOW_WIDTH), ...lanes(false, WIDTH)]);
  return results;
}

async function runCell({ kind, group, name, run }: CellTest): Promise<CellResult> {
  const judge = cellJudge();
  let fate: Fate = "lives";
  try {
    fate = await run(judge);
  } catch (error) {
    judge.expect(0, false, "a cell that can be run", String(error));
  }
  judge.expect(0, fate !== "lost", "a login that lives", "the login is lost");
  return {
    ...{ kind, group, name },
    failures: judge.failures,
    isLost: fate !== "lives",
    isInWindow: fate === "lost in the window",
  };
}
