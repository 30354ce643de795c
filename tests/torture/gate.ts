// Lets many real processes run into the same lock at the same moment.
// Rule: the test holds the lock itself until every process waits for it; so none is early or late.
import { type Outcome, startProgram } from "../support/program.ts";
import { pause } from "./random_kills.ts";
import { takeLock, type World } from "./world.ts";

const PATIENCE = 45_000; // less than the program's own deadline for the lock

/** Starts the commands, opens the gate when all wait at it, and gives their outcomes in order. */
export async function throughTheGate(
  world: World,
  commands: readonly (readonly string[])[],
  profile?: string,
): Promise<Outcome[]> {
  const gate = takeLock(world, profile);
  if (gate === undefined) throw new Error("The lock is not free");
  const options = { home: world.home.path, env: world.env };
  await using programs = new AsyncDisposableStack();
  const running = await Promise.all(
    commands.map(async (argv) => programs.use(await startProgram(argv, options))),
  );
  try {
    const lock = world.lockFile(profile);
    const deadline = Date.now() + PATIENCE;
    for (const { pid, outcome } of running) {
      let isOver = false;
      outcome.then(() => isOver = true);
      while (!isOver && !hasOpen(pid, lock) && Date.now() < deadline) await pause(10);
    }
  } finally {
    gate[Symbol.dispose]();
  }
  return await Promise.all(running.map(({ outcome }) => outcome));
}

/** Whether the process has the file open; where /proc is missing, the gate opens at once. */
export function hasOpen(pid: number, path: string): boolean {
  if (Deno.build.os !== "linux") return true;
  try {
    return Array.from(Deno.readDirSync(`/proc/${pid}/fd`), ({ name }) => name)
      .some((fd) => linkOf(`/proc/${pid}/fd/${fd}`) === path);
  } catch {
    return false; // not yet, or no longer
  }
}

function linkOf(path: string): string | undefined {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return undefined;
  }
}
