// Measures the window in which a crash ends a login: from the answer's arrival to the end of the rename.
// Rule: by the clock of strace, which sees two kinds of calls only and so slows the program little.
import { REFRESH } from "./deeds.ts";
import { runTraced } from "./traced.ts";
import { startWorld } from "./world.ts";

/** How long the window was, in milliseconds. */
export interface WindowLength {
  readonly runs: number;
  readonly median: number;
  readonly longest: number;
}

/** Measures that many refreshes. */
export async function measureWindow(runs: number): Promise<WindowLength> {
  await using world = await startWorld();
  const lengths: number[] = [];
  for (let count = 0; count < runs; count++) {
    await REFRESH.prepare(world);
    const { calls } = await runTraced(world, ["token"], { calls: ["recvfrom", "rename"] });
    const saved = calls.findLast(({ name }) => name === "rename"); // the first one tries that a rename works;
    const answered = calls.findLast(({ name, place, result }) =>
      name === "recvfrom" && place === "network" && Number(result) > 0
    );
    if (saved === undefined || answered === undefined) throw new Error("No refresh in the trace");
    lengths.push(saved.ended - answered.ended);
  }
  lengths.sort((a, b) => a - b);
  return { runs, median: lengths[Math.floor(runs / 2)] ?? 0, longest: lengths.at(-1) ?? 0 };
}
