// The file of a Unix socket: made where only its owner comes, closed to others, then moved to its place. Rule: never
// in a directory in which another user can put something in its place, and never over a socket that is in use.

import { shell, shellWord, type Words } from "../base/words.ts";
import { CliError } from "../base/errors.ts";
import { asStorageError, lstatIfThere, refusal, splitPath } from "./private_file.ts";
import { removeIfPossible } from "./replacement.ts";

/** Where a socket is made, which then is put in its place. */
export interface PreparedSocket extends Disposable {
  /** The path that the program may listen at. */
  readonly stage: string;
  /** Closes the file to others and puts it in its place. */
  publish(): void;
}

/** What one try to get the stage waits for the next, in milliseconds; another program is there for two at most. */
const PAUSE = 25;
const MOST_TRIES = 40;

/**
 * Makes a place for a socket. Its disposal removes the socket.
 *
 * @throws {CliError} `storage` when the directory is open to others; `usage` when a socket there is in use.
 */
export async function prepareSocket(path: string): Promise<PreparedSocket> {
  if (Deno.build.os === "windows") {
    throw new CliError("usage", "Cannot use a socket file: it works on Linux and macOS only", {
      next: "leave out --socket",
    });
  }
  const [directory] = splitPath(path);
  assertOnlyOwnerWrites(directory);
  const dead = await deadSocket(path);
  const made = asStorageError(
    "write to",
    directory,
    () => Deno.makeTempDirSync({ dir: directory, prefix: ".anaplan-auth-" }),
  );
  const stage = await openStage(made).catch((error) => {
    removeIfPossible(made);
    throw error;
  });
  let published: Deno.FileInfo | undefined;
  return {
    stage: `${SOCKET_STAGE}/d/s`,
    publish() {
      stage[Symbol.dispose]();
      asStorageError("write", path, () => {
        Deno.chmodSync(`${made}/s`, 0o600);
        if (dead !== undefined) removeSame(path, dead);
        if (lstatIfThere(path) !== undefined) throw unusable(path, IN_USE); // it came first
        move(`${made}/s`, path);
        published = Deno.lstatSync(path);
      });
      removeIfPossible(made);
    },
    [Symbol.dispose]() {
      stage[Symbol.dispose]();
      removeIfPossible(`${made}/s`);
      removeIfPossible(made);
      if (published !== undefined) removeSame(path, published);
    },
  };
}

/** @throws {CliError} `storage` when another user owns the directory or can write to it. */
function assertOnlyOwnerWrites(directory: string): void {
  const { isDirectory, uid, mode } = asStorageError(
    "use",
    directory,
    () => Deno.statSync(directory),
  );
  const next = "name a socket in a directory that only you can write to";
  if (!isDirectory) throw refusal("use", directory, "it is not a directory", next);
  if (uid !== Deno.uid()) throw refusal("use", directory, "it belongs to another user", next);
  if (((mode ?? 0) & 0o022) !== 0) {
    throw refusal(
      "use",
      directory,
      "other users can write to it",
      shell(`chmod go-w ${shellWord(directory)}`),
    );
  }
}

/**
 * The socket that no program listens on and that is in the way; `undefined` when nothing is there.
 *
 * @throws {CliError} `usage` when a program listens there, or when it is no socket.
 */
async function deadSocket(path: string): Promise<Deno.FileInfo | undefined> {
  const info = asStorageError("use", path, () => lstatIfThere(path));
  if (info === undefined) return undefined;
  if (!info.isSocket) throw unusable(path, "it is not a socket");
  const [directory] = splitPath(path);
  const made = Deno.makeTempDirSync({ dir: directory, prefix: ".anaplan-auth-" });
  try {
    using _stage = await openStage(made);
    move(path, `${made}/s`, false);
    (await Deno.connect({ transport: "unix", path: `${SOCKET_STAGE}/d/s` })).close();
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return info;
    throw error;
  } finally {
    Deno.removeSync(made, { recursive: true });
  }
  throw unusable(path, IN_USE);
}

const IN_USE = "another program listens there";

function unusable(path: string, reason: string): CliError {
  return new CliError("usage", `Cannot use ${path}: ${reason}`, { next: "name another --socket" });
}

/** Leads the one path that Deno permits to a directory, while this lasts. */
async function openStage(directory: string): Promise<Disposable> {
  for (let tries = 1;; tries++) {
    try {
      Deno.mkdirSync(SOCKET_STAGE, { mode: 0o700 });
      break;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      if (tries === MOST_TRIES) removeStage();
      if (tries > MOST_TRIES) throw stageTaken();
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
  let isOpen = true;
  Deno.symlinkSync(directory, `${SOCKET_STAGE}/d`);
  return {
    [Symbol.dispose]() {
      if (isOpen) removeStage();
      isOpen = false; // it may be another program's by now
    },
  };
}

/** Why the stage cannot be had. Deno permits no other: its place has to be known before the program starts. */
function stageTaken(): CliError {
  const why = (reason: string, next: Words): CliError => refusal("use", SOCKET_STAGE, reason, next);
  const info = lstatIfThere(SOCKET_STAGE);
  if (info !== undefined && info.uid !== Deno.uid()) {
    return why("it belongs to another user", "leave out --socket, or let that user remove it");
  }
  if (info?.isDirectory === false) return why("it is not a directory", shell(`rm ${SOCKET_STAGE}`));
  return why("another program is using it", "the same command again");
}

/**
 * Removes the stage: this program's, or what one left that was killed in its two milliseconds. Another user's stays,
 * and so does a link that leads elsewhere.
 */
function removeStage(): void {
  const info = lstatIfThere(SOCKET_STAGE);
  if (info === undefined || !info.isDirectory || info.uid !== Deno.uid()) return;
  removeIfPossible(`${SOCKET_STAGE}/d`);
  removeIfPossible(SOCKET_STAGE);
}

/** Gives a socket another place, unless something is there. Some systems give a socket no second name. */
function move(from: string, to: string, isMoved = true): void {
  try {
    Deno.linkSync(from, to);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists || !isMoved) throw error;
    Deno.renameSync(from, to);
    return;
  }
  if (isMoved) Deno.removeSync(from);
}

/** Removes a socket, unless another one has taken its place, which may have its number as well. */
function removeSame(path: string, known: Deno.FileInfo): void {
  const there = lstatIfThere(path);
  const isSame = there?.ino === known.ino && there.dev === known.dev &&
    there.mtime?.getTime() === known.mtime?.getTime();
  if (isSame) removeIfPossible(path);
}

/**
 * Where a Unix socket is made before it is moved to its place. Deno permits sockets by their whole path alone, and a
 * person names any; so `d` in this directory leads to a new directory beside the path that was named.
 */
export const SOCKET_STAGE = "/tmp/anaplan-auth-proxy";
