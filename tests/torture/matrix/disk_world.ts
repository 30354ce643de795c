// What the disk cells do besides the fault: hold the lock, look for rescued tokens, type what an error says.
import { hasOpen } from "../gate.ts";
import { pause } from "../random_kills.ts";
import type { Cell } from "./cell.ts";
import { textOf } from "./cell.ts";

/** Takes the login's lock, as another process would. */
export function holdLock({ lockFile }: Cell): Disposable {
  const options = { read: true, write: true, create: true, mode: 0o600 };
  const file = Deno.openSync(lockFile, options);
  if (!file.tryLockSync(true)) throw new Error("The lock is not free");
  return { [Symbol.dispose]: () => file.close() };
}

/** Waits until a process waits for the lock, or has ended. */
export async function untilAtLock({ lockFile }: Cell, pid: number): Promise<void> {
  const isThere = (): boolean => Deno.build.os === "linux" ? exists(`/proc/${pid}/exe`) : true;
  while (isThere() && !hasOpen(pid, lockFile)) await pause(5);
}

/** The files besides the login's own that have this token in them. */
export function filesWith(token: string, { home, loginFile }: Cell): string[] {
  const found: string[] = [];
  const walk = (directory: string): void => {
    for (const { name, isDirectory, isFile } of entriesOf(directory)) {
      const path = `${directory}/${name}`;
      if (isDirectory) walk(path);
      if (isFile && path !== loginFile && textOf(path)?.includes(token)) found.push(path);
    }
  };
  walk(home);
  for (const { name } of entriesOf("/tmp")) {
    const path = `/tmp/${name}`;
    if (name.startsWith("anaplan-auth-rescued") && textOf(path)?.includes(token)) found.push(path);
  }
  return found;
}

/** Whether a text names a file, in full or from the home directory on. */
export function names(text: string, path: string, { home }: Cell): boolean {
  return text.includes(path) || text.includes(path.replace(home, "~"));
}

/** Types the `mv` command that an error says. */
export async function typeMove(text: string, { home }: Cell): Promise<void> {
  const command = /\bmv \S+ \S+/.exec(text)?.[0];
  if (command === undefined) return;
  await new Deno.Command("sh", { args: ["-c", command], env: { HOME: home } }).output();
}

function entriesOf(directory: string): Deno.DirEntry[] {
  try {
    return Array.from(Deno.readDirSync(directory));
  } catch {
    return [];
  }
}

function exists(path: string): boolean {
  try {
    Deno.readLinkSync(path);
    return true;
  } catch {
    return false;
  }
}
