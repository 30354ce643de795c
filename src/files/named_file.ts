// Files that the user named, to be read or sent. Rule: their modes are up to the user.

import { type Words, words } from "../base/words.ts";
import { CliError, ifPossible } from "../base/errors.ts";
import { diskReason } from "./private_file.ts";

const IS_WINDOWS = Deno.build.os === "windows";

/** No secret and no list of authorities comes near, in bytes; a device such as /dev/zero has no end. */
const LARGEST = 4 * 1024 * 1024;

/**
 * The text of a file that the user named, such as a CA file.
 *
 * @param naming the flag or variable that it was named with.
 * @throws {CliError} `usage` when it cannot be read.
 */
export function readNamedFile(path: string, naming: Words): string {
  try {
    return textOf(headOfNamedFile(path, LARGEST + 1));
  } catch (cause) {
    throw cannotRead(path, naming, cause);
  }
}

/** The first bytes of a file that the user named; it may be a pipe. @throws what the disk says. */
function headOfNamedFile(path: string, most: number): Uint8Array<ArrayBuffer> {
  using file = Deno.openSync(path, { read: true });
  const bytes = new Uint8Array(most);
  let length = 0;
  for (let read: number | null = 1; read !== null && length < most; length += read ?? 0) {
    read = file.readSync(bytes.subarray(length));
  }
  return bytes.subarray(0, length);
}

/** What came from pipes: it comes once, and each connection to a database needs its password. */
const fromPipes = new Map<string, string>();

/**
 * The same for a secret, which may be in a pipe: one that nothing writes to is given up, and one is read once.
 *
 * @throws {CliError} `usage` as {@link readNamedFile}.
 */
export async function readNamedSecret(
  path: string,
  naming: Words,
  deadline = PIPE_DEADLINE,
): Promise<string> {
  const known = fromPipes.get(path);
  if (known !== undefined) return known;
  try {
    const text = textOf(await headOfPipeOrFile(path, LARGEST + 1, deadline));
    if (isPipe(path)) fromPipes.set(path, text);
    return text;
  } catch (cause) {
    throw cannotRead(path, naming, cause);
  }
}

/** @throws {Error} when it is too large. */
function textOf(bytes: Uint8Array<ArrayBuffer>): string {
  if (bytes.length > LARGEST) throw new Error("it is too large");
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

/** How long a pipe may take, in milliseconds: as long as a program that is asked for a key. */
const PIPE_DEADLINE = 30_000;

/**
 * The same, without waiting for ever for a pipe that nothing writes to; the rest of the program goes on meanwhile.
 *
 * @throws what the disk says.
 */
export async function headOfPipeOrFile(
  path: string,
  most: number,
  deadline = PIPE_DEADLINE,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!isPipe(path)) return headOfNamedFile(path, most);
  const { promise: late, reject } = Promise.withResolvers<never>();
  const seconds = Math.ceil(deadline / 1_000);
  AbortSignal.timeout(deadline).addEventListener("abort", () => {
    reject(new Error(`it was not written within ${seconds} s`));
  });
  late.catch(() => {}); // it may come in time
  return await Promise.race([late, headOfPipe(path, most)]);
}

function isPipe(path: string): boolean {
  return ifPossible(() => Deno.statSync(path))?.isFifo ?? false;
}

async function headOfPipe(path: string, most: number): Promise<Uint8Array<ArrayBuffer>> {
  using file = await Deno.open(path, { read: true });
  const bytes = new Uint8Array(most);
  let length = 0;
  for (let read: number | null = 1; read !== null && length < most; length += read ?? 0) {
    read = await file.read(bytes.subarray(length));
  }
  return bytes.subarray(0, length);
}

/** A file that can be read as often as needed. */
export interface NamedFile {
  /** In bytes; `undefined` for what has no size, such as a pipe. */
  readonly size: number | undefined;
  open(): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Why it could not be read to its end. */
  failure(cause: unknown): CliError;
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
    failure: (cause) => cannotRead(path, naming, cause),
  };
}

/** Whether it belongs neither to the user nor to root. */
export function belongsToAnotherUser({ uid }: Deno.FileInfo): boolean {
  return !IS_WINDOWS && uid !== 0 && uid !== Deno.uid();
}

/**
 * Every directory, link and file that the system passes on the way to a path; one that cannot be looked at has
 * no info, and ends its part of the way. What is open already counts as itself, since the text of such a link,
 * `/proc/PID/fd/N`, may be no path.
 *
 * @param path an absolute one that is no loop.
 */
export function* pathParts(
  path: string,
): Generator<{ path: string; info: Deno.FileInfo | undefined }> {
  if (IS_WINDOWS) return;
  const names = path.split("/").filter((name) => name !== "");
  for (let count = 0; count <= names.length; count++) {
    const part = `/${names.slice(0, count).join("/")}`;
    const info = ifPossible(() => Deno.lstatSync(part)); // Deno keeps /dev and others from programs
    yield { path: part, info };
    if (info === undefined) return;
    if (!info.isSymlink) continue;
    if (/^\/proc\/\d+\/fd$/.test(Deno.realPathSync(`/${names.slice(0, count - 1).join("/")}`))) {
      const opened = ifPossible(() => Deno.statSync(part));
      if (opened?.isFile) yield { path: part, info: opened };
      continue;
    }
    const target = Deno.readLinkSync(part);
    const start = target.startsWith("/") ? [] : names.slice(0, count - 1);
    yield* pathParts([...start, target].join("/"));
  }
}

function cannotRead(path: string, naming: Words, cause: unknown): CliError {
  return new CliError("usage", `Cannot read ${path}: ${diskReason(cause)}`, {
    next: words`check the path that is given with ${naming}`,
    cause,
  });
}
