// A login under its lock: the one place that changes logins on the disk. Rule: a save is proven before it is
// needed, and tokens that an earlier process could not save are put back before anything else.
// deno-lint-ignore-file require-await -- what a file does is done at once; another store takes its time

import { CliError, ifPossible, toCliError, unlessFailed } from "../base/errors.ts";
import { type Clock, type FileLock, lockFile } from "../files/lock_file.ts";
import { readPrivateFile, splitPath, type Warn } from "../files/private_file.ts";
import {
  beginReplacement,
  ensurePrivateDirectory,
  removeLeftovers,
  removePrivateFile,
  renewPrivateFile,
  type Replacement,
  writePrivateFile,
} from "../files/replacement.ts";
import {
  lockPath,
  type LoginPlace,
  mayHaveLeft,
  noteOf,
  rescueLogin,
  rescuePaths,
  waitingPath,
} from "./rescue.ts";
import type { LostRescue } from "./rescued.ts";
import type { System } from "../system/contract.ts";
import type { Sealer } from "./sealing.ts";
import { isSealed, type TokenSet } from "../oauth/token_set.ts";
import { fingerprint, serializeTokenSet } from "../oauth/token_sets.ts";

/** A profile's login that no other process can change until this is disposed of. */
export interface LockedLogin extends AsyncDisposable {
  load(): Promise<TokenSet | undefined>;
  /**
   * Why the tokens that follow this login cannot be read, although they were rescued: its refresh token is not to
   * be sent. A sign-in replaces it, and {@link LockedLogin.remove} removes it.
   */
  readonly lost?: CliError | undefined;
  /** Whether tokens of an earlier process were put in their place when the lock was taken. */
  readonly isPutBack?: boolean;
  /**
   * Proves that a save will work, before anything irreversible is sent: its place is there, and its key is in hand.
   *
   * @throws {CliError} `storage` when it would not.
   */
  prepare(): Promise<void>;
  /**
   * Right before each request that cannot be taken back: {@link LockedLogin.prepare} again, when it was so long ago that
   * the lock may have been lost, as in a computer that slept.
   *
   * @throws {CliError} when the lock is lost, or the proof is old again.
   */
  confirm?(): Promise<void>;
  /**
   * Saves the login. After {@link LockedLogin.prepare} a login that cannot be saved is rescued, and the
   * next holder of the lock puts it in its place.
   *
   * @throws {CliError} `storage`, with the code `not_saved` when new tokens are not in their place.
   */
  save(tokenSet: TokenSet): Promise<void>;
  remove(): Promise<void>;
  /** A login that another process of this computer saved while the lock was waited for. */
  readonly justSaved?: TokenSet | undefined;
  /** The profile's settings, when other computers also use them. */
  readonly settings?: {
    /** Puts them on the disk as the store has them, whatever is there. */
    bring(): Promise<void>;
    /** Keeps them in the store as they are on the disk. */
    keep(): Promise<void>;
    /** The next save of the login keeps them so; any other leaves those of the store as they are. */
    renew(): void;
    /** Seals those of the store, which has no login with them, as texts are sealed now. */
    reseal(): Promise<void>;
  };
}

/** What changing a login needs of the world. */
export type LockSystem =
  & Clock
  & Pick<System, "env" | "ask" | "now" | "trace" | "fetch" | "expectRequest" | "sleep">;

/**
 * How long to wait for another process's lock, in milliseconds: longer than the longest that a holder
 * can take.
 */
const LOCK_DEADLINE = 440_000;

/** Takes the lock of the login at a place; see {@link LockedLogin}. */
export async function lockLogin(
  place: LoginPlace,
  system: LockSystem,
  warn: Warn,
): Promise<LockedLogin> {
  const { configDir, path } = place;
  ensurePrivateDirectory(configDir);
  ensurePrivateDirectory(splitPath(path)[0]);
  const lock = await lockFile(lockPath(path), LOCK_DEADLINE, system);
  try {
    const { isPutBack, lost } = mayHaveLeft(path, lock, system)
      ? await (await import("./put_back.ts")).putBack(place, lock, system, warn)
      : NOTHING_LEFT;
    const before = textAt(path);
    const follows = await fingerprint(await unlessFailed(place.load)); // the command itself will say so
    return lockedLogin(place, lock, { before, follows, lost, isPutBack }, system, warn);
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
}

/** What an earlier process leaves that came to its end. */
const NOTHING_LEFT = { isPutBack: false, lost: undefined };

/** What is in a file; `undefined` also when it cannot be read. */
function textAt(path: string): string | undefined {
  return ifPossible(() => readPrivateFile(path));
}

interface StateAtLock {
  readonly before: string | undefined;
  /** The {@link fingerprint} of the login that new tokens follow. */
  readonly follows: string;
  readonly lost: LostRescue | undefined;
  readonly isPutBack: boolean;
}

function lockedLogin(
  { path, load, sealing }: LoginPlace,
  lock: FileLock,
  { before, follows, lost, isPutBack }: StateAtLock,
  system: LockSystem,
  warn: Warn,
): LockedLogin {
  let prepared: Replacement | undefined;
  let sealer: Sealer | undefined;
  let present = before;
  let isPlanned = false;
  const hold = (): void => {
    if (lock.hold() && textAt(path) !== present) throw replacedLoginError(path);
  };
  /** What is left of tokens that this login makes useless. */
  const giveUpLost = (): void => {
    if (lost === undefined) return;
    warn(`${lost.path} may hold tokens of the previous login; remove it`);
    lock.forget();
  };
  return {
    load,
    lost: lost?.error,
    isPutBack,
    async prepare() {
      hold();
      present = readPrivateFile(path);
      sealer = await sealing.sealer(isNotPlain(present));
      if (present !== undefined && !isSealed(present)) present = await sealer(present);
      // only a rename proves that a rename works: the file may be immutable, or mounted by itself
      if (present !== undefined) renewPrivateFile(path, present);
      prepared ??= beginReplacement(path, waitingPath(path), warn);
      prepared.reserve(present?.length ?? 0);
      if (lost !== undefined) return;
      lock.note(noteOf("planned", follows, rescuePaths(path, lock.identity, system)[0]));
      isPlanned = true;
    },
    async save(tokenSet) {
      sealer ??= await sealing.sealer(isNotPlain(before));
      using replacement = prepared;
      prepared = undefined;
      let text: string | undefined;
      try {
        text = await sealer(serializeTokenSet(tokenSet));
        if (replacement === undefined) writePrivateFile(path, text, warn);
        else replacement.commit(text, hold);
      } catch (error) {
        if (replacement === undefined) throw error;
        isPlanned = false;
        const reached = replacement.keep();
        const waiting = reached && { path: waitingPath(path), isSynced: reached === "synced" };
        throw rescueLogin(text, { path, follows, waiting, lock, cause: toCliError(error) }, system);
      }
      removeLeftovers(path, 0);
      if (replacement !== undefined) giveUpLost();
    },
    async remove() {
      removePrivateFile(path, warn);
      removeLeftovers(path, 0);
      giveUpLost();
      lock.forget(); // a rescued file that cannot be removed must not bring the login back
    },
    async [Symbol.asyncDispose]() {
      prepared?.[Symbol.dispose]();
      if (isPlanned) ifPossible(() => lock.note("")); // else the next command looks where nothing is
      lock[Symbol.dispose]();
    },
  };
}

function isNotPlain(text: string | undefined): boolean {
  return text === undefined || isSealed(text);
}

function replacedLoginError(path: string): CliError {
  const reason = "another process replaced the lock file and the login";
  return new CliError("storage", `Cannot write ${path}: ${reason}`, {
    next: "try the same command again",
    cause: new Error(reason),
  });
}
