// Lock files. Rule: the system's own lock on a file of its own, never on the one that is replaced; it ends
// with the process, however that dies, and nobody goes on without it.

import { CliError } from "./errors.ts";
import { isOwnFile, translated, writeAll } from "./private_file.ts";

/** What waiting for a lock needs of the world. */
export interface Clock {
  /** Milliseconds on a clock that nobody sets; one that is set would end a wait, or stretch it. */
  monotonic(): number;
  sleep(milliseconds: number): Promise<void>;
}

/**
 * Takes an exclusive lock that ends with `dispose` or with this process, however that dies.
 *
 * The operating system's own file lock is polled, since waiting for it could not be given a deadline.
 *
 * @param deadline in milliseconds from now.
 * @throws {CliError} `storage` when another process holds it for longer, or locking does not work here.
 */
export async function lockFile(path: string, deadline: number, clock: Clock): Promise<Disposable> {
  isOwnFile(path, "lock");
  const file = translated(
    "lock",
    path,
    () => Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 }),
  );
  const began = clock.monotonic();
  let pause = 5;
  try {
    while (!translated("lock", path, () => file.tryLockSync(true))) {
      const waited = clock.monotonic() - began;
      if (waited >= deadline) throw lockHeldTooLong(path, waited);
      await clock.sleep(pause);
      pause = Math.min(pause * 1.5, 50);
    }
    translated("lock", path, () => noteHolder(file));
  } catch (error) {
    file.close();
    throw error;
  }
  return { [Symbol.dispose]: () => release(file) };
}

function lockHeldTooLong(path: string, waited: number): CliError {
  const holder = holderOf(path);
  const who = holder === undefined ? "another process" : `process ${holder}`;
  const seconds = Math.floor(waited / 100) / 10;
  return new CliError("storage", `Cannot lock ${path}: waited ${seconds} s; ${who} holds it`, {
    next: holder === undefined
      ? "try the same command again in a minute"
      : `see what it does (ps ${holder}), then try again`,
  });
}

/**
 * The process in the file, which wrote itself there when it took the lock; `undefined` when it is known to be dead, so
 * that another one holds the lock without a note. Deno lets only `--allow-all` ask, and Linux alone can be asked so.
 */
function holderOf(path: string): string | undefined {
  try {
    const holder = /^\d+/.exec(Deno.readTextFileSync(path))?.[0];
    if (holder === undefined || Deno.build.os !== "linux") return holder;
    return lives(holder) ? holder : undefined;
  } catch {
    return undefined; // Windows lets nobody read a locked file
  }
}

function lives(process: string): boolean {
  try {
    Deno.statSync(`/proc/${process}`);
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
}

function noteHolder(file: Deno.FsFile): void {
  file.truncateSync();
  writeAll(file, new TextEncoder().encode(`${Deno.pid}\n`));
}

/** Gives the lock back, by closing the file; its note goes first, so that it never outlives the lock. */
function release(file: Deno.FsFile): void {
  try {
    file.truncateSync();
  } catch {
    // whoever waits too long then reads the number of a process that held it before
  }
  file.close();
}
