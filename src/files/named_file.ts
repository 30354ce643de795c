// Files that the person named: one to read, one to send, a place for an answer. Rule: their modes are the
// person's own choice, and an answer takes its place only when it is whole. No link or pipe of another user
// leads it elsewhere.

import { type Words, words } from "../base/advice.ts";
import { CliError } from "../base/errors.ts";
import { diskReason } from "./private_file.ts";
import { removeIfThere, writeAll } from "./replacement.ts";

const IS_WINDOWS = Deno.build.os === "windows";

/**
 * The text of a file that the person named, such as a CA file or a client secret.
 *
 * @param naming the flag or variable that it was named with.
 * @throws {CliError} `usage` when it cannot be read.
 */
export function readNamedFile(path: string, naming: Words): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (cause) {
    throw cannotRead(path, naming, cause);
  }
}

/** The first bytes of a file that the person named; it may be a pipe. @throws what the disk says. */
export function headOfNamedFile(path: string, most: number): Uint8Array<ArrayBuffer> {
  using file = Deno.openSync(path, { read: true });
  const bytes = new Uint8Array(most);
  let length = 0;
  for (let read: number | null = 1; read !== null && length < most; length += read ?? 0) {
    read = file.readSync(bytes.subarray(length));
  }
  return bytes.subarray(0, length);
}

/** A file that can be read as often as needed. */
export interface NamedFile {
  /** In bytes; `undefined` for what has no size, such as a pipe. */
  readonly size: number | undefined;
  open(): ReadableStream<Uint8Array<ArrayBuffer>>;
}

/**
 * A file to be read piece by piece.
 *
 * @throws {CliError} `usage` when it cannot be opened.
 */
export function openNamedFile(path: string, naming: string): NamedFile {
  const opened = (): Deno.FsFile => {
    try {
      return Deno.openSync(path, { read: true });
    } catch (cause) {
      throw cannotRead(path, naming, cause);
    }
  };
  using file = opened();
  const info = file.statSync();
  if (info.isDirectory) throw cannotRead(path, naming, new Error("it is a directory"));
  return {
    size: info.isFile ? info.size : undefined,
    open: () => opened().readable,
  };
}

/** A file that is being written. */
export interface NewFile extends Disposable {
  write(bytes: Uint8Array): void;
  /** The file takes its place; without this, nothing of it is left. */
  finish(): void;
}

/**
 * Begins a file at the path, which has what stood there before until the new one is whole. What is not a
 * plain file, such as a device or a pipe, is written to as it is.
 *
 * @throws {CliError} `storage` when the file cannot be made or written, or another user's link or pipe is on
 * the way.
 */
export function createNamedFile(path: string): NewFile {
  return cannotWrite(path, () => {
    const present = statIfThere(path);
    assertNotLedAstray(path);
    if (present !== undefined && !present.isFile) return straightTo(path);
    const place = placeOf(path);
    const part = `${place}.${crypto.randomUUID()}.part`;
    const keepsMode = present !== undefined && !isAnothers(present);
    const mode = ((keepsMode ? present.mode : undefined) ?? 0o666) & 0o777;
    const file = Deno.openSync(part, { write: true, createNew: true, mode });
    let isPart = true;
    const discard = (): void => {
      if (isPart) removeIfThere(part);
      isPart = false;
    };
    addEventListener("unload", discard); // a signal may end the program at once
    return {
      write: (bytes) => cannotWrite(path, () => writeAll(file, bytes)),
      finish() {
        cannotWrite(path, () => {
          file.syncDataSync();
          if (keepsMode && !IS_WINDOWS) Deno.chmodSync(part, mode); // umask had its part
          Deno.renameSync(part, place);
        });
        isPart = false;
      },
      [Symbol.dispose]() {
        removeEventListener("unload", discard);
        file.close();
        discard();
      },
    };
  });
}

/** @throws {CliError} `storage`: in a directory such as /tmp, a link or a pipe may be another user's trap. */
function assertNotLedAstray(path: string): void {
  for (const { path: part, info } of wayTo(path)) {
    if (info === undefined || !isAnothers(info) || !(info.isSymlink || info.isFifo)) continue;
    const it = part === path ? "it" : part;
    throw new CliError("storage", `Cannot write ${path}: ${it} belongs to another user`, {
      next: "give a file in a directory of your own with --output",
    });
  }
}

/** Whether it belongs neither to the user nor to root. */
export function isAnothers({ uid }: Deno.FileInfo): boolean {
  return !IS_WINDOWS && uid !== 0 && uid !== Deno.uid();
}

/**
 * Every directory, link and file that the system passes on the way to a path; one that cannot be looked at has
 * no info, and ends its part of the way. What is open already counts as itself, since the text of such a link,
 * `/proc/PID/fd/N`, may be no path.
 *
 * @param path an absolute one that is no loop.
 */
export function* wayTo(path: string): Generator<{ path: string; info: Deno.FileInfo | undefined }> {
  if (IS_WINDOWS) return;
  const names = path.split("/").filter((name) => name !== "");
  for (let count = 0; count <= names.length; count++) {
    const part = `/${names.slice(0, count).join("/")}`;
    const info = infoIfPossible(() => Deno.lstatSync(part));
    yield { path: part, info };
    if (info === undefined) return;
    if (!info.isSymlink) continue;
    if (/^\/proc\/\d+\/fd$/.test(Deno.realPathSync(`/${names.slice(0, count - 1).join("/")}`))) {
      const opened = infoIfPossible(() => Deno.statSync(part));
      if (opened?.isFile) yield { path: part, info: opened };
      continue;
    }
    const target = Deno.readLinkSync(part);
    const start = target.startsWith("/") ? [] : names.slice(0, count - 1);
    yield* wayTo([...start, target].join("/"));
  }
}

/** What Deno keeps from programs, such as /dev, it does not let them look at. */
export function infoIfPossible(look: () => Deno.FileInfo): Deno.FileInfo | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

/** Where a path leads; a link stays a link, also one to a file that is not there yet. */
function placeOf(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  try {
    const target = Deno.readLinkSync(path);
    const isRelative = !/^([/\\]|[A-Za-z]:)/.test(target);
    return placeOf(isRelative ? `${path.replace(/[^/\\]*$/, "")}${target}` : target);
  } catch {
    return path; // nothing is there
  }
}

function straightTo(path: string): NewFile {
  const file = Deno.openSync(path, { write: true });
  return {
    write: (bytes) => cannotWrite(path, () => writeAll(file, bytes)),
    finish: () => {},
    [Symbol.dispose]: () => file.close(),
  };
}

function statIfThere(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function cannotRead(path: string, naming: Words, cause: unknown): CliError {
  return new CliError("usage", `Cannot read ${path}: ${diskReason(cause)}`, {
    next: words`check the path that is given with ${naming}`,
    cause,
  });
}

function cannotWrite<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError("storage", `Cannot write ${path}: ${diskReason(cause)}`, {
      next: "check the disk and the path that is given with --output",
      cause,
    });
  }
}
