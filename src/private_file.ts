// Files that only their owner may read: checked reads, atomic replacement. Rule: with lock_file.ts and
// named_file.ts the only code that touches the disk, and every failure leaves here as a CliError of kind `storage`.

import { CliError } from "./errors.ts";
import { shellWord } from "./text.ts";

const OPEN_TO_OTHERS = 0o077;
const IS_WINDOWS = Deno.build.os === "windows";

/**
 * The text of a private file, or `undefined` when there is none.
 *
 * @throws {CliError} `storage` when it is a symbolic link, belongs to someone else, can be opened by
 * others, or cannot be read; the file is left as it is.
 */
export function readPrivateFile(path: string): string | undefined {
  if (!isOwnFile(path, "read")) return undefined;
  return translated("read", path, () => Deno.readTextFileSync(path));
}

/**
 * Replaces a private file as a whole: after a crash at any moment it holds the old text or the new.
 *
 * A new file (mode 0600) in the same directory is written and synced, renamed over the old one, and the
 * directory is synced, so that the rename outlives a power cut too.
 */
export function writePrivateFile(path: string, text: string): void {
  isOwnFile(path, "write");
  const temporary = `${path}.${crypto.randomUUID()}${TEMPORARY}`;
  translated("write", path, () => {
    try {
      using file = Deno.openSync(temporary, { write: true, createNew: true, mode: 0o600 });
      writeAll(file, new TextEncoder().encode(text));
      file.syncSync();
      Deno.renameSync(temporary, path);
    } catch (error) {
      removeIfThere(temporary);
      throw error;
    }
    syncDirectoryOf(path);
  });
}

/** Removes a file; it is no failure that there is none. */
export function removePrivateFile(path: string): void {
  translated("remove", path, () => {
    if (lstatIfThere(path) === undefined) return;
    removeIfThere(path);
    syncDirectoryOf(path);
  });
}

/** Removes what a crash left beside a file; only for who holds the lock that guards its writes. */
export function removeLeftovers(path: string): void {
  translated("clean up", path, () => {
    const [directory, name] = splitPath(path);
    for (const entry of Deno.readDirSync(directory)) {
      const isLeftover = entry.name.startsWith(`${name}.`) && entry.name.endsWith(TEMPORARY);
      if (isLeftover) removeIfThere(`${directory}/${entry.name}`);
    }
  });
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

/**
 * Makes a directory that only its owner can enter (mode 0700), or closes one that stands open.
 *
 * @param warn is told when an existing directory had to be closed to others.
 */
export function ensurePrivateDirectory(path: string, warn: (text: string) => void): void {
  translated("create", path, () => {
    Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
    const info = Deno.statSync(path);
    assertOwner(info, path, "write to");
    if (!IS_WINDOWS && ((info.mode ?? 0) & OPEN_TO_OTHERS) !== 0) {
      Deno.chmodSync(path, 0o700);
      warn(`${path} was open to other users; it is now yours alone (mode 0700)`);
    }
  });
}

/** What in a directory, two levels deep, others can get at, in words; nothing when it does not exist. */
export function loosePlaces(directory: string): string[] {
  if (IS_WINDOWS) return [];
  return translated("look at", directory, () => {
    const places = [directory, ...entriesUnder(directory, 2)];
    return places.flatMap((path) => looseness(path) ?? []);
  });
}

function entriesUnder(directory: string, depth: number): string[] {
  if (depth === 0) return [];
  return listDirectory(directory).map((name) => `${directory}/${name}`).flatMap((path) =>
    Deno.lstatSync(path).isDirectory ? [path, ...entriesUnder(path, depth - 1)] : [path]
  );
}

function looseness(path: string): string | undefined {
  const info = lstatIfThere(path);
  if (info === undefined) return undefined;
  if (info.isSymlink) return `${path} is a symbolic link`;
  if (info.uid !== Deno.uid()) return `${path} belongs to another user`;
  return ((info.mode ?? 0) & OPEN_TO_OTHERS) === 0 ? undefined : `${path} is open to other users`;
}

function lstatIfThere(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

const TEMPORARY = ".tmp";

/** Whether there is a file at the path, which then is a plain file of ours and closed to others. */
export function isOwnFile(path: string, verb: string): boolean {
  return translated(verb, path, () => {
    const info = lstatIfThere(path);
    if (info === undefined) return false;
    if (info.isSymlink || !info.isFile) {
      throw refusal(
        verb,
        path,
        "it is not a plain file",
        `look at it (ls -l ${shellWord(path)}) and move it away`,
      );
    }
    assertOwner(info, path, verb);
    if (!IS_WINDOWS && ((info.mode ?? 0) & OPEN_TO_OTHERS) !== 0) {
      throw refusal(verb, path, "other users can open it", `chmod 600 ${shellWord(path)}`);
    }
    return true;
  });
}

function assertOwner(info: Deno.FileInfo, path: string, verb: string): void {
  if (IS_WINDOWS || info.uid === Deno.uid()) return;
  throw refusal(
    verb,
    path,
    "it belongs to another user",
    "run this as its owner, or give --config-dir",
  );
}

function refusal(verb: string, path: string, reason: string, next: string): CliError {
  return new CliError("storage", `Cannot ${verb} ${path}: ${reason}`, { next });
}

/** Writes all bytes; one write may take fewer. */
export function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
}

/** Removes a file; it is no failure that there is none. */
export function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function syncDirectoryOf(path: string): void {
  if (IS_WINDOWS) return; // a directory cannot be opened there, and a rename is journalled
  using directory = Deno.openSync(splitPath(path)[0], { read: true });
  directory.syncSync();
}

function splitPath(path: string): [directory: string, name: string] {
  const slash = Math.max(path.lastIndexOf("/"), IS_WINDOWS ? path.lastIndexOf("\\") : -1);
  return [path.slice(0, slash) || "/", path.slice(slash + 1)];
}

/** Runs a piece of disk work; whatever it throws leaves as a CliError that names the path. */
export function translated<T>(verb: string, path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError("storage", `Cannot ${verb} ${path}: ${diskReason(error)}`, {
      next: "check the disk and the directory, or name another directory with --config-dir",
      cause: error,
    });
  }
}

/** Why the disk said no, in a few words. */
export function diskReason(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "no such file or directory";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (error instanceof Deno.errors.NotCapable) return "this program was not given access to it";
  if (error instanceof Deno.errors.AlreadyExists) return "something else is in its place";
  const reason = error instanceof Error ? error.message : String(error);
  return reason.replace(/^.*?: /, "").replace(/ \(os error \d+\).*$/, "").toLowerCase();
}
