// Lock files. Rule: the system's own lock on a file of its own, never on the one that is replaced; it ends
// with the process, however that dies, and nobody goes on without it.

import { CliError } from "./errors.ts";
import { isOwnFile, translated } from "./private_file.ts";
import { openPrivateFile, writeAll } from "./replacement.ts";

/** What waiting for a lock needs of the world. */
export interface Clock {
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** A lock that is held until it is disposed of. */
export interface FileLock extends Disposable {
  /** What the last holder noted; it stays in the file until this one notes something else. */
  readonly noted: string;
  /** Notes something for the next holder. @throws {CliError} `storage`. */
  note(text: string): void;
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
  isOwnFile(path, "lock");
  const file = translated(
    "lock",
    path,
    () => openPrivateFile(path, { read: true, write: true, create: true }),
  );
  const giveUpAt = clock.now() + deadline;
  let pause = 5;
  try {
    while (!translated("lock", path, () => file.tryLockSync(true))) {
      if (clock.now() >= giveUpAt) throw lockHeldTooLong(path, deadline);
      await clock.sleep(pause);
      pause = Math.min(pause * 1.5, 50);
    }
    return translated("lock", path, () => {
      const noted = notedIn(file);
      writeNote(file, noted);
      return {
        noted,
        note: (text) => translated("write", path, () => writeNote(file, text)),
        [Symbol.dispose]: () => file.close(), // closing gives the lock back
      };
    });
  } catch (error) {
    file.close();
    throw error;
  }
}

function lockHeldTooLong(path: string, deadline: number): CliError {
  const holder = holderOf(path);
  const who = holder === undefined ? "another process" : `process ${holder}`;
  return new CliError(
    "storage",
    `Cannot lock ${path}: ${who} has been holding it for more than ${deadline / 1000} s`,
    {
      next: holder === undefined
        ? "try the same command again in a minute"
        : `see what it does (ps ${holder}), then try again`,
    },
  );
}

function holderOf(path: string): string | undefined {
  try {
    return /^\d+/.exec(Deno.readTextFileSync(path))?.[0];
  } catch {
    return undefined; // Windows lets nobody read a locked file
  }
}

/**
 * Writes the process id of the holder, and below it one line for the next holder. The length stays the
 * same, so a full disk does not hinder the second note.
 */
function writeNote(file: Deno.FsFile, note: string): void {
  file.seekSync(0, Deno.SeekMode.Start);
  writeAll(file, new TextEncoder().encode(`${Deno.pid}\n${note}\n`.padEnd(NOTE_LENGTH)));
}

function notedIn(file: Deno.FsFile): string {
  const bytes = new Uint8Array(NOTE_LENGTH);
  const length = file.readSync(bytes) ?? 0;
  return new TextDecoder().decode(bytes.subarray(0, length)).split("\n")[1] ?? "";
}

/** In bytes: enough for a process id and a path. */
const NOTE_LENGTH = 1024;
