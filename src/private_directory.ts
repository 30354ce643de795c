// Directories that only their owner may enter: made, closed, listed, and cleaned of what crashes leave.
// Rule: a directory is ours and closed before anything is written into it, wherever a link leads.

import {
  assertOwner,
  isOpenToOthers,
  isTemporary,
  lstatIfThere,
  refusal,
  removeIfThere,
  splitPath,
  translated,
  type Warn,
} from "./private_file.ts";
import { shellWord } from "./text.ts";

/** How old a temporary file is before nobody can be writing it any more, in milliseconds. */
const AN_HOUR = 3_600_000;

/**
 * Makes a directory that only its owner can enter (mode 0700), or closes one that stands open, and
 * removes what crashes have left in it.
 *
 * A symbolic link of the person's own is followed, since some keep their settings so; what it leads to is
 * theirs and closed already, or it is refused: nothing is changed at the other end.
 *
 * @param warn is told when an existing directory had to be closed to others.
 */
export function ensurePrivateDirectory(path: string, warn: Warn): void {
  translated("create", path, () => {
    Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
    const { isSymlink } = assertOwn(Deno.lstatSync(path), path);
    if (!isOpenToOthers(assertOwn(Deno.statSync(path), path))) return;
    if (isSymlink) {
      const target = Deno.realPathSync(path);
      throw refusal(
        "write to",
        path,
        `it leads to ${target}, which other users can open`,
        `chmod 700 ${shellWord(target)}, or remove the link`,
      );
    }
    Deno.chmodSync(path, 0o700);
    warn(`${path} was open to other users; it is now yours alone (mode 0700)`);
  });
  removeOldLeftovers(path);
}

function assertOwn(info: Deno.FileInfo, path: string): Deno.FileInfo {
  assertOwner(info, path, "write to");
  return info;
}

/** The names in a directory, sorted; none when it does not exist. */
export function listDirectory(path: string): string[] {
  return translated("read", path, () => {
    try {
      return Array.from(Deno.readDirSync(path), (entry) => entry.name).sort();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  });
}

/** Removes what a crash left beside a file; only for who holds the lock that guards its writes. */
export function removeLeftovers(path: string): void {
  translated("clean up", path, () => {
    const [directory, name] = splitPath(path);
    for (const entry of Deno.readDirSync(directory)) {
      const isLeftover = entry.name.startsWith(`${name}.`) && isTemporary(entry.name);
      if (isLeftover) removeIfThere(`${directory}/${entry.name}`);
    }
  });
}

/**
 * Removes what crashes have left, best effort and without any lock: a write takes milliseconds, so an hour
 * later nobody writes there. Somebody who was stopped that long finds the file gone, and says so.
 */
function removeOldLeftovers(directory: string): void {
  for (const name of ifPossible(() => listDirectory(directory)) ?? []) {
    if (!isTemporary(name)) continue;
    const path = `${directory}/${name}`;
    ifPossible(() => {
      const { isFile, mtime } = Deno.lstatSync(path);
      if (isFile && mtime !== null && Date.now() - mtime.getTime() > AN_HOUR) removeIfThere(path);
    });
  }
}

function ifPossible<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** What in a directory, two levels deep, others can get at, in words; nothing when it does not exist. */
export function loosePlaces(directory: string): string[] {
  if (Deno.build.os === "windows") return [];
  return translated("look at", directory, () => {
    const places = [directory, ...entriesUnder(directory, 2)];
    return places.flatMap((path) => looseness(path) ?? []);
  });
}

function entriesUnder(directory: string, depth: number): string[] {
  if (depth === 0) return [];
  return listDirectory(directory).map((name) => `${directory}/${name}`).flatMap((path) =>
    isDirectory(path) ? [path, ...entriesUnder(path, depth - 1)] : [path]
  );
}

/** Whether it is a directory, or a link that leads to one. */
function isDirectory(path: string): boolean {
  return ifPossible(() => Deno.statSync(path).isDirectory) ?? false;
}

function looseness(path: string): string | undefined {
  const info = lstatIfThere(path);
  if (info === undefined) return undefined;
  if (info.isSymlink && !isDirectory(path)) return `${path} is a symbolic link`;
  const isForeign = [info, Deno.statSync(path)].some(({ uid }) => uid !== Deno.uid());
  if (isForeign) return `${path} belongs to another user`;
  return isOpenToOthers(Deno.statSync(path)) ? `${path} is open to other users` : undefined;
}
