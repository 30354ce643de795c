// What the disk cells do besides the fault: hold the lock, look for rescued tokens, type what an error says.
import { hasOpen, pause } from "../../torture/races.ts";
import type { Cell } from "./cell.ts";

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

/** The files besides the login's own that have this token in them, and the ones that a text names. */
export function filesWith(token: string, text: string, { home, loginFile, read }: Cell): string[] {
  const named = (text.match(/[~/][^\s:;,'"]+/g) ?? []).map((path) => path.replace(/^~/, home));
  const paths = [...named, ...filesUnder(home), ...filesUnder("/tmp", "anaplan-auth-rescued")];
  return [...new Set(paths)].filter((path) =>
    path !== loginFile && read(path)?.includes(token) === true
  );
}

/** Removes rescued files that are not in the cell's home. */
export async function removeOutside(token: string, text: string, cell: Cell): Promise<void> {
  for (const path of filesWith(token, text, cell)) {
    if (!path.startsWith(cell.home)) await Deno.remove(path);
  }
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

/** The files of a directory and those under it, or only those of it that begin so. */
function filesUnder(directory: string, beginning?: string): string[] {
  return entriesOf(directory).flatMap(({ name, isDirectory, isFile }) => {
    const path = `${directory}/${name}`;
    if (beginning !== undefined && !name.startsWith(beginning)) return [];
    return isDirectory ? filesUnder(path) : isFile ? [path] : [];
  });
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
