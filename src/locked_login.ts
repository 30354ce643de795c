// A login under its lock: the one place that changes logins on the disk. Rule: a save is proven before it is
// needed, and tokens that an earlier process could not save are put back before anything else.

import { CliError, toCliError } from "./errors.ts";
import { type Clock, type FileLock, lockFile } from "./lock_file.ts";
import { ensurePrivateDirectory, readIn, removeLeftovers } from "./private_directory.ts";
import { readPrivateFile, splitPath, type Warn } from "./private_file.ts";
import {
  beginReplacement,
  removePrivateFile,
  renamePrivateFile,
  type Replacement,
  writePrivateFile,
} from "./replacement.ts";
import { orSetAside } from "./set_aside.ts";
import { findRescued, plannedRescue, rescueLogin } from "./rescue.ts";
import type { System } from "./system.ts";
import { parseTokenSet, serializeTokenSet, type TokenSet } from "./token_set.ts";

/** A profile's login that no other process can change until this is disposed of. */
export interface LockedLogin extends Disposable {
  load(): TokenSet | undefined;
  /**
   * Proves that a save will work, before anything irreversible is sent.
   *
   * @throws {CliError} `storage` when it would not.
   */
  prepare(): void;
  /**
   * Saves the login. After {@link LockedLogin.prepare} a login that cannot be saved is rescued, and the
   * next holder of the lock puts it in its place.
   *
   * @throws {CliError} `storage`, with the code `not_saved` when new tokens are not in their place.
   */
  save(tokenSet: TokenSet): void;
  remove(): void;
}

/** What changing a login needs of the world. */
export type LockSystem = Clock & Pick<System, "env">;

/** Where a login is, and how it is read. */
export interface LoginPlace {
  readonly configDir: string;
  readonly path: string;
  load(): TokenSet | undefined;
}

/**
 * How long to wait for another process's lock, in milliseconds: longer than the longest that a holder
 * can take.
 */
const LOCK_DEADLINE = 380_000;

/** What a save is given room for besides the length of the present login, in bytes. */
const ROOM = 32 * 1024;

/** Takes the lock of the login at a place; see {@link LockedLogin}. */
export async function lockLogin(
  place: LoginPlace,
  system: LockSystem,
  warn: Warn,
): Promise<LockedLogin> {
  const { configDir, path } = place;
  ensurePrivateDirectory(configDir);
  ensurePrivateDirectory(splitPath(path)[0]);
  const lock = await lockFile(path.replace(/json$/, "lock"), LOCK_DEADLINE, system);
  try {
    putBack(place, lock, system, warn);
    return lockedLogin(place, lock, system, warn);
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
}

function lockedLogin(
  { path, load }: LoginPlace,
  lock: FileLock,
  system: LockSystem,
  warn: Warn,
): LockedLogin {
  let prepared: Replacement | undefined;
  return {
    load,
    prepare() {
      const present = readPrivateFile(path);
      // only a rename proves that a rename works: the file may be immutable, or mounted by itself
      if (present !== undefined) writePrivateFile(path, present); // the save warns, if it has to
      prepared ??= beginReplacement(path, waitingPath(path), warn);
      prepared.reserve((present?.length ?? 0) + ROOM);
      lock.note(plannedRescue(path, lock.identity, system));
    },
    save(tokenSet) {
      const text = serializeTokenSet(tokenSet);
      using replacement = prepared;
      prepared = undefined;
      try {
        if (replacement === undefined) writePrivateFile(path, text, warn);
        else replacement.commit(text);
        removeLeftovers(path, 0);
      } catch (error) {
        if (replacement === undefined) throw error;
        const reached = replacement.keep();
        const waiting = reached && { path: waitingPath(path), isSynced: reached === "synced" };
        throw rescueLogin(text, { path, waiting, lock, cause: toCliError(error) }, system);
      }
    },
    remove() {
      removePrivateFile(path, warn);
      removeLeftovers(path, 0);
    },
    [Symbol.dispose]() {
      prepared?.[Symbol.dispose]();
      lock[Symbol.dispose]();
    },
  };
}

/** Where a login waits for its place while it is written; only the holder of the lock writes there. */
function waitingPath(path: string): string {
  return `${path}.next`;
}

/**
 * Puts tokens in their place that an earlier process got and did not save: its refresh token is dead by
 * now (RFC 9700, section 4.14.2), and to send it again would end the login.
 */
function putBack(
  { configDir, path, load }: LoginPlace,
  lock: FileLock,
  system: LockSystem,
  warn: Warn,
): void {
  const next = waitingPath(path);
  const file = next.slice(configDir.length + 1);
  const waiting = orSetAside(
    () => readIn(configDir, file, wholeTokenSet, "anaplan-auth login"),
    warn,
  );
  if (waiting !== undefined) {
    renamePrivateFile(next, path, warn);
    warn(`an interrupted command left new tokens; they are now in ${path}`);
  } else removePrivateFile(next, warn); // no answer had come yet
  const rescued = findRescued(path, lock, system);
  if (rescued === undefined) return;
  // a rescued file that could not be removed must not come back over a later login
  const present = ifReadable(load);
  if (present === undefined || rescued.tokenSet.obtainedAt >= present.obtainedAt) {
    writePrivateFile(path, serializeTokenSet(rescued.tokenSet), warn);
    warn(`the tokens that were rescued to ${rescued.path} are now in ${path}`);
  }
  try {
    removePrivateFile(rescued.path, warn);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    warn(`${error.message}; remove it: it holds tokens`);
  }
}

function ifReadable<T>(load: () => T | undefined): T | undefined {
  try {
    return load();
  } catch (error) {
    if (error instanceof CliError) return undefined; // the command itself will say so
    throw error;
  }
}

/**
 * The login in a text; `undefined` when an answer did not get into it as a whole: it is cut to its length
 * last, and blanks after JSON mean nothing.
 *
 * @throws {Error} as {@link parseTokenSet} does of whole JSON that is no login.
 */
function wholeTokenSet(text: string): TokenSet | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  return parseTokenSet(text);
}
