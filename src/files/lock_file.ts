// Lock files. Rule: the system's own lock on a file of its own, never on the one that is replaced; it ends
// with the process, however that dies, and no process goes on without it.

import { IN_A_MINUTE } from "../base/attempts.ts";
import { CliError, ifPossible } from "../base/errors.ts";
import { asStorageError, checkPrivateFile, lstatIfThere } from "./private_file.ts";
import { leadsTo, openPrivateFile, writeAll } from "./replacement.ts";

const OTHER_PROCESS = "another process that uses this login";

/** What waiting for a lock needs of the world. */
export interface Clock {
  /** Milliseconds on a clock that cannot be set; a set clock would end a wait, or stretch it. */
  monotonic(): number;
  sleep(milliseconds: number): Promise<void>;
  /** Says what is waited for, for so many milliseconds at most. */
  waiting?(what: string, limit: number): Promise<Disposable>;
}

/** A lock that is held until it is disposed of. */
export interface FileLock extends Disposable {
  /** What the last holder noted; it stays in the file until this one notes something else. */
  readonly noted: string;
  /** Names this lock file at this place and no other: a random id, and the path. A copy elsewhere gets another one. */
  readonly identity: string;
  /** Notes something for the next holder. @throws {CliError} `storage`. */
  note(text: string): void;
  /** Gives the lock a new identity and removes the note: what was left under the old one is no longer found. */
  forget(): void;
  /**
   * Makes sure that the path still leads to this lock; a lock file that was removed or replaced is locked again.
   *
   * @returns whether the file is another one now.
   * @throws {CliError} `storage` when another process holds the lock by now.
   */
  hold(): boolean;
}

/**
 * Takes an exclusive lock that ends with `dispose` or with this process, however that dies.
 *
 * The operating system's own file lock is polled, since waiting for it could not be given a deadline.
 *
 * @param deadline in milliseconds from now.
 * @throws {CliError} `storage` when another process holds it for longer, or locking does not work here.
 */
export async function lockFile(path: string, deadline: number, clock: Clock): Promise<FileLock> {
  const began = clock.monotonic();
  let pause = 5;
  let file = openLock(path);
  using notes = new DisposableStack();
  let isSaid = false;
  try {
    while (!isLocked(file, path)) {
      if (!isSaid && clock.waiting) notes.use(await clock.waiting(OTHER_PROCESS, deadline));
      isSaid = true;
      const waited = clock.monotonic() - began;
      if (waited >= deadline) throw lockHeldTooLongError(path, waited);
      await clock.sleep(pause);
      pause = Math.min(pause * 1.5, 50);
      if (leadsTo(path, file)) continue;
      const other = openLock(path); // it was removed or replaced
      file.close();
      file = other;
    }
  } catch (error) {
    file.close();
    throw error;
  }
  return heldLock(file, path);
}

function openLock(path: string): Deno.FsFile {
  checkPrivateFile(path, "lock");
  const options = { read: true, write: true, create: true };
  return asStorageError("lock", path, () => openPrivateFile(path, options));
}

function isLocked(file: Deno.FsFile, path: string): boolean {
  return asStorageError("lock", path, () => file.tryLockSync(true)) && leadsTo(path, file);
}

function heldLock(locked: Deno.FsFile, path: string): FileLock {
  let file = locked;
  try {
    let { noted: kept, identity } = asStorageError("lock", path, () => contentOf(file, path));
    const noted = kept;
    const note = (text: string): void => {
      asStorageError("write", path, () => writeNote(file, `${Deno.pid}`, text, identity));
      kept = text;
    };
    note(kept);
    return {
      noted,
      get identity() {
        return identity;
      },
      note,
      forget() {
        identity = identity.replace(/^\S+/, crypto.randomUUID());
        note("");
      },
      hold() {
        if (leadsTo(path, file)) return false;
        return asStorageError("lock", path, () => {
          const other = openLock(path);
          if (!isLocked(other, path)) {
            other.close();
            ({ identity } = contentIn(Deno.readTextFileSync(path), path)); // so that its later holders find a rescue
            throw lockReplacedError(path);
          }
          file.close();
          file = other;
          ({ identity } = contentOf(file, path));
          note(kept);
          return true;
        });
      },
      [Symbol.dispose]: () => release(file, kept, identity),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

function lockReplacedError(path: string): CliError {
  const reason = "its lock file was replaced, and another process holds the new one";
  return new CliError("storage", `Cannot lock ${path}: ${reason}`, {
    next: IN_A_MINUTE,
    cause: new Error(reason),
  });
}

function lockHeldTooLongError(path: string, waited: number): CliError {
  const holder = holderOf(path);
  const who = holder === undefined ? "another process" : `process ${holder}`;
  const seconds = Math.floor(waited / 100) / 10;
  return new CliError("storage", `Cannot lock ${path}: waited ${seconds} s; ${who} holds it`, {
    next: holder === undefined ? IN_A_MINUTE : `see what it does (ps ${holder}), then try again`,
  });
}

/**
 * The process in the file, which wrote itself there when it took the lock; `undefined` when it is known to be dead, so
 * that another one holds the lock without a note. Deno lets only `--allow-all` ask, and Linux alone can be asked so.
 */
function holderOf(path: string): string | undefined {
  const text = ifPossible(() => Deno.readTextFileSync(path)) ?? ""; // Windows lets no process read a locked file
  const holder = /^\d+/.exec(text)?.[0];
  if (holder === undefined || Deno.build.os !== "linux") return holder;
  const isRunning = ifPossible(() => lstatIfThere(`/proc/${holder}`) !== undefined) ?? true;
  return isRunning ? holder : undefined;
}

/**
 * Writes the process id of the holder, below it one line for the next holder, and the identity. The length
 * stays the same, so a full disk does not hinder the second note.
 */
function writeNote(file: Deno.FsFile, holder: string, note: string, identity: string): void {
  file.seekSync(0, Deno.SeekMode.Start);
  const text = `${holder}\n${note}\n${identity}\n`;
  writeAll(file, new TextEncoder().encode(text.padEnd(NOTE_LENGTH)));
}

function contentOf(file: Deno.FsFile, path: string): Pick<FileLock, "noted" | "identity"> {
  const bytes = new Uint8Array(LONGEST_NOTE);
  const text = new TextDecoder().decode(bytes.subarray(0, file.readSync(bytes) ?? 0));
  return contentIn(text, path);
}

function contentIn(text: string, path: string): Pick<FileLock, "noted" | "identity"> {
  const [, noted = "", kept = ""] = text.split("\n");
  const place = ` ${JSON.stringify(Deno.realPathSync(path))}`;
  const isOurs = kept.endsWith(place) && kept.length === UUID_LENGTH + place.length;
  return { noted: noted.trimEnd(), identity: isOurs ? kept : crypto.randomUUID() + place };
}

/** The note and the identity in the lock file at a path, without taking the lock; `undefined` when they cannot be seen. */
export function peekAtLock(path: string): Pick<FileLock, "noted" | "identity"> | undefined {
  return ifPossible(() => contentIn(Deno.readTextFileSync(path), path)); // Windows lets no process read a locked one
}

/** Gives the lock back, by closing the file; the process id goes first, so that it never outlives the lock. */
function release(file: Deno.FsFile, note: string, identity: string): void {
  // when it stays, a process that waits too long reads the number of an earlier holder
  ifPossible(() => writeNote(file, "", note, identity));
  file.close();
}

/** In bytes: enough for a process id and two long paths; a file takes as much of most disks anyway. */
const NOTE_LENGTH = 4096;
/** In bytes: enough for two of the longest paths that systems allow. */
const LONGEST_NOTE = 16 * 1024;
const UUID_LENGTH = 36;
