// Lets many real processes run into the same lock at the same moment: the test holds the lock itself until every process
// waits for it, so that none is early or late.
import { assertEquals } from "@std/assert";
import { type Outcome, startProgram } from "../support/program.ts";
import { isLockFree, takeLock, type World } from "./world.ts";

const PATIENCE = 45_000; // less than the program's own deadline for the lock

/** Starts the commands, opens the gate when all wait at it, and gives their outcomes in order. */
export async function throughTheGate(
  world: World,
  commands: readonly (readonly string[])[],
): Promise<Outcome[]> {
  const gate = takeLock(world);
  if (gate === undefined) throw new Error("The lock is not free");
  const options = { home: world.home.path, env: world.env };
  await using programs = new AsyncDisposableStack();
  const running = await Promise.all(
    commands.map(async (argv) => programs.use(await startProgram(argv, options))),
  );
  try {
    const deadline = Date.now() + PATIENCE;
    for (const { pid, outcome } of running) {
      let isOver = false;
      outcome.then(() => isOver = true);
      while (!isOver && !hasOpen(pid, world.lockFile()) && Date.now() < deadline) await pause(10);
    }
  } finally {
    gate[Symbol.dispose]();
  }
  return await Promise.all(running.map(({ outcome }) => outcome));
}

/** Every process succeeded, this many refreshes were sent, none was refused, and the login still works. */
export async function assertServed(
  world: World,
  outcomes: readonly Outcome[],
  since: number,
  refreshes = 1,
): Promise<void> {
  const failed = outcomes.filter(({ code }) => code !== 0).map(({ code, stderr }) => code + stderr);
  assertEquals(failed, []);
  const statuses = world.refreshes(since).map(({ status }) => status);
  assertEquals(statuses, Array.from({ length: refreshes }, () => 200));
  assertEquals(isLockFree(world), true);
  const after = await world.run("refresh");
  assertEquals(after.code, 0, after.stderr);
}

/** Waits. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((wake) => setTimeout(wake, milliseconds));
}

/** Whether the process has the file open; where /proc is missing, the gate opens at once. */
export function hasOpen(pid: number, path: string): boolean {
  if (Deno.build.os !== "linux") return true;
  try {
    return Array.from(Deno.readDirSync(`/proc/${pid}/fd`), ({ name }) => name)
      .some((fd) => Deno.readLinkSync(`/proc/${pid}/fd/${fd}`) === path);
  } catch {
    return false; // not yet, or no longer
  }
}
