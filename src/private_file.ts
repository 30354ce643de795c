// Files that only their owner may read: checked reads, atomic replacement, lock files. Rule: the only
// code that touches the disk, and every failure leaves here as a CliError of kind `storage`.

import { CliError } from "./errors.ts";

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
 * The text of a file that the person named, such as a CA file or a client secret.
 *
 * @param naming the flag or variable that it was named with.
 * @throws {CliError} `usage` when it cannot be read.
 */
export function readNamedFile(path: string, naming: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (cause) {
    throw new CliError("usage", `Cannot read ${path}: ${diskReason(cause)}`, {
      next: `check the path that is given with ${naming}`,
      cause,
    });
  }
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

/** What waiting for a lock needs of the world. */
export interface Clock {
  now(): number;
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
  const giveUpAt = clock.now() + deadline;
  let pause = 5;
  try {
    while (!translated("lock", path, () => file.tryLockSync(true))) {
      if (clock.now() >= giveUpAt) throw lockHeldTooLong(path, deadline);
      await clock.sleep(pause);
      pause = Math.min(pause * 1.5, 50);
    }
    translated("lock", path, () => noteHolder(file));
  } catch (error) {
    file.close();
    throw error;
  }
  return { [Symbol.dispose]: () => file.close() }; // closing gives the lock back
}

const TEMPORARY = ".tmp";

function lockHeldTooLong(path: string, deadline: number): CliError {
  const holder = holderOf(path);
  const who = holder === undefined ? "another process" : `process ${holder}`;
  return new CliError(
    "storage",
    `Cannot lock ${path}: ${who} has been holding it for more than ${deadline / 1000} s`,
    {
      next: holder === undefined ? "try again" : `see what it does (ps ${holder}), then try again`,
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

function noteHolder(file: Deno.FsFile): void {
  file.truncateSync();
  writeAll(file, new TextEncoder().encode(`${Deno.pid}\n`));
}

/** Whether there is a file at the path, which then is a plain file of ours and closed to others. */
function isOwnFile(path: string, verb: string): boolean {
  return translated(verb, path, () => {
    let info: Deno.FileInfo;
    try {
      info = Deno.lstatSync(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
    if (info.isSymlink || !info.isFile) {
      throw refusal(
        verb,
        path,
        "it is not a plain file",
        `look at it (ls -l ${path}) and move it away`,
      );
    }
    assertOwner(info, path, verb);
    if (!IS_WINDOWS && ((info.mode ?? 0) & OPEN_TO_OTHERS) !== 0) {
      throw refusal(verb, path, "other users can open it", `chmod 600 ${path}`);
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

function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
}

function removeIfThere(path: string): void {
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
function translated<T>(verb: string, path: string, work: () => T): T {
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

function diskReason(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "no such file or directory";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (error instanceof Deno.errors.NotCapable) return "this program was not given access to it";
  if (error instanceof Deno.errors.AlreadyExists) return "something else is in its place";
  const reason = error instanceof Error ? error.message : String(error);
  return reason.replace(/^.*?: /, "").replace(/ \(os error \d+\).*$/, "").toLowerCase();
}
