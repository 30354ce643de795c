// Replaces and removes private files, and makes private directories. Rule: a file is replaced as a whole, and what is written is synced.

import { ifPossible } from "../base/errors.ts";
import {
  assertPrivateDirectory,
  asStorageError,
  checkPrivateFile,
  diskReason,
  listDirectory,
  lstatIfThere,
  restoreMode,
  splitPath,
  type Warn,
  withRepairedMode,
} from "./private_file.ts";

const IS_WINDOWS = Deno.build.os === "windows";

/**
 * Replaces a private file as a whole: after a crash at any moment it holds the old text or the new.
 *
 * @param warn hears that the directory did not sync: the new text is in its place even so.
 * @throws {CliError} `storage`; the old text is then still there.
 */
export function writePrivateFile(path: string, text: string, warn: Warn = () => {}): void {
  using replacement = beginReplacement(path, `${path}.${crypto.randomUUID()}.tmp`, warn);
  replacement.commit(text);
}

/**
 * The same for a file below the configuration directory, such as `profiles/eu.json`: makes the directories,
 * and removes what crashes have left of it.
 */
export function writeIn(configDir: string, file: string, text: string, warn?: Warn): void {
  const path = `${configDir}/${file}`;
  for (const directory of [configDir, splitPath(path)[0]]) ensurePrivateDirectory(directory);
  writePrivateFile(path, text, warn);
  removeLeftovers(path);
}

/** Replaces a private file by its own text, as a proof that it can be replaced. @throws {CliError} `storage`. */
export function renewPrivateFile(path: string, text: string): void {
  using replacement = beginReplacement(path, `${path}.${crypto.randomUUID()}.tmp`, () => {});
  replacement.renew(text);
}

/** A private file that waits for its text; without {@link Replacement.commit} nothing of it is left. */
export interface Replacement extends Disposable {
  /** Fills it with blanks and syncs it: a text can be written later that is somewhat longer than so many bytes. */
  reserve(length: number, isSynced?: boolean): void;
  /** Syncs it on another thread. @throws what the disk says. */
  sync(): Promise<void>;
  /**
   * Writes and syncs the text, renames the file to its place, and syncs the directory.
   *
   * @param check what must not throw right before the rename.
   */
  commit(text: string, check?: () => void): void;
  /**
   * The same for the text that is there already: which of both files a power cut leaves does not matter.
   *
   * @param isSynced whether it has to leave one of them whole.
   */
  renew(text: string, isSynced?: boolean): void;
  /** After a failed commit: how far the text got into the file that waits, which then stays there. */
  keep(): "synced" | "written" | undefined;
}

/** What a text is given room for besides the length of the present one, in bytes. */
const SPARE_BYTES = 32 * 1024;

/**
 * Begins to replace a private file: the new one is made in the same directory and open for the text.
 *
 * @param temporary where the new file waits; nothing may be there.
 * @throws {CliError} `storage`.
 */
export function beginReplacement(path: string, temporary: string, warn: Warn): Replacement {
  checkPrivateFile(path, "write");
  const open = () => openPrivateFile(temporary, { write: true, createNew: true });
  const file = asStorageError("write", path, open);
  let reached: "synced" | "written" | undefined;
  let isLeft = false;
  const put = (text: string, check?: () => void, isSynced = true): void => {
    const bytes = new TextEncoder().encode(text);
    asStorageError("write", path, () => {
      file.seekSync(0, Deno.SeekMode.Start);
      writeAll(file, bytes);
      reached = "written"; // with the blanks of the reservation behind it, if it is not cut
      file.truncateSync(bytes.length);
      if (isSynced) file.syncSync();
      reached = "synced";
      check?.();
      if (!leadsTo(temporary, file)) throw new Deno.errors.NotFound();
      Deno.renameSync(temporary, path);
    });
    isLeft = true;
  };
  return {
    reserve(length, isSynced = true) {
      asStorageError("write", path, () => {
        writeAll(file, new Uint8Array(length + SPARE_BYTES).fill(BLANK));
        if (isSynced) file.syncSync();
      });
    },
    sync: () => file.sync(),
    commit(text, check) {
      put(text, check);
      syncDirectoryOf(path, "written", warn);
    },
    renew: (text, isSynced) => put(text, undefined, isSynced),
    keep() {
      isLeft = reached !== undefined && leadsTo(temporary, file);
      return isLeft ? reached : undefined;
    },
    [Symbol.dispose]() {
      if (!isLeft && leadsTo(temporary, file)) removeIfPossible(temporary);
      file.close();
    },
  };
}

/** JSON may end with blanks, so a text that was only partly cut to its length can still be read. */
const BLANK = 0x20;

/** Puts a private file in the place of another one. @throws {CliError} `storage`. */
export function renamePrivateFile(from: string, to: string, warn: Warn): void {
  checkPrivateFile(to, "write");
  asStorageError("write", to, () => Deno.renameSync(from, to));
  syncDirectoryOf(to, "written", warn);
}

/**
 * Makes a directory that only its owner can enter (mode 0700, whatever the umask), with its parents.
 *
 * @throws {CliError} `storage` as {@link assertPrivateDirectory} does of one that exists already.
 */
export function ensurePrivateDirectory(path: string): void {
  asStorageError("create", path, () => makeDirectory(path));
  assertPrivateDirectory(path);
}

function makeDirectory(path: string): void {
  if (IS_WINDOWS) return Deno.mkdirSync(path, { recursive: true });
  if (lstatIfThere(path) !== undefined) return;
  makeDirectory(splitPath(path)[0]); // each level is opened before the next is made, for umask 0777
  try {
    Deno.mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return; // another process was first
    throw error;
  }
  restoreMode(path, 0o700);
}

/** Opens a file, or makes it with mode 0600, whatever the umask. */
export function openPrivateFile(path: string, options: Deno.OpenOptions): Deno.FsFile {
  const file = withRepairedMode(path, () => Deno.openSync(path, { ...options, mode: 0o600 }));
  try {
    restoreMode(path, 0o600);
  } catch (error) {
    file.close();
    throw error;
  }
  return file;
}

/** Removes a file; a file that does not exist is no failure. `warn` as in {@link writePrivateFile}. */
export function removePrivateFile(path: string, warn: Warn = () => {}): void {
  if (asStorageError("remove", path, () => lstatIfThere(path)) === undefined) return;
  asStorageError("remove", path, () => removeIfThere(path));
  syncDirectoryOf(path, "removed", warn);
}

/** Whether anything is at the path that can be seen. */
export function isThere(path: string): boolean {
  return ifPossible(() => lstatIfThere(path)) !== undefined;
}

/** Whether the path leads to this open file, and not to another one, to none, or to where nothing can be seen. */
export function leadsTo(path: string, file: Deno.FsFile): boolean {
  return ifPossible(() => {
    const there = Deno.lstatSync(path);
    if (IS_WINDOWS) return true; // no other file gets there while one is open
    const { ino, dev } = file.statSync();
    return there.ino === ino && there.dev === dev;
  }) ?? false;
}

/** Writes all bytes; one write may take fewer. */
export function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
}

export function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** The same for what matters little: a file that stays is removed the next time, or by the user. */
export function removeIfPossible(path: string): void {
  ifPossible(() => Deno.removeSync(path));
}

/** Some file systems cannot do this, and a disk may fail here: what was done is done, and seen by all. */
function syncDirectoryOf(path: string, done: "written" | "removed", warn: Warn): void {
  if (IS_WINDOWS) return; // a directory cannot be opened there, and a rename is journalled
  try {
    using directory = Deno.openSync(splitPath(path)[0], { read: true });
    directory.syncSync();
  } catch (error) {
    const reason = diskReason(error);
    warn(
      `${path} is ${done}, but a power cut may undo that: its directory did not sync (${reason})`,
    );
  }
}

/** The names in a directory, sorted; none when it cannot be read. */
export function filesIn(directory: string): string[] {
  return ifPossible(() => listDirectory(directory)) ?? [];
}

/** How old a temporary file is before no process can be writing it any more, in milliseconds. */
const OLDEST_TEMPORARY = 3_600_000;
/** What follows a file's name in the names of its temporary files. */
const TEMPORARY = /^\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/;

/**
 * Removes temporary files of the file at the path that crashes have left; best effort.
 *
 * @param minAge in milliseconds; 0 is for the holder of the lock that guards the file's writes, whatever the
 * disk's clock says. A write takes milliseconds; a process that was stopped for an hour finds its file gone.
 */
export function removeLeftovers(path: string, minAge = OLDEST_TEMPORARY): void {
  const [directory, name] = splitPath(path);
  for (const entry of filesIn(directory)) {
    if (!entry.startsWith(name) || !TEMPORARY.test(entry.slice(name.length))) continue;
    const leftover = `${directory}/${entry}`;
    ifPossible(() => {
      const { isFile, mtime } = Deno.lstatSync(leftover);
      const age = mtime === null ? 0 : Date.now() - mtime.getTime();
      if (isFile && (minAge === 0 || age >= minAge)) Deno.removeSync(leftover);
    });
  }
}
