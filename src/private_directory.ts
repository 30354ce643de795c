// Directories that only their owner may enter: made, checked, listed and read from. Rule: one that others can enter is neither read from nor written to, and its mode never changes.

import type { CliError } from "./errors.ts";
import { NEWER } from "./json.ts";
import {
  assertOwner,
  damaged,
  isOpenToOthers,
  lstatIfThere,
  readPrivateFile,
  refusal,
  restoreMode,
  splitPath,
  translated,
} from "./private_file.ts";
import { shellWord } from "./text.ts";

const IS_WINDOWS = Deno.build.os === "windows";

/**
 * Makes a directory that only its owner can enter (mode 0700, whatever the umask), with its parents.
 *
 * @throws {CliError} `storage` as {@link assertPrivateDirectory} does of one that exists already.
 */
export function ensurePrivateDirectory(path: string): void {
  translated("create", path, () => makeDirectory(path));
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

/**
 * Makes sure that only its owner can enter a directory; one that does not exist passes.
 *
 * A symbolic link of the user's own is followed, since some people keep their settings that way; what it
 * leads to has to be theirs, and closed.
 *
 * @throws {CliError} `storage` when the directory is not theirs, or not closed; it is left as it is.
 */
export function assertPrivateDirectory(path: string): void {
  translated("use", path, () => {
    const link = lstatIfThere(path);
    if (link === undefined) return;
    assertOwner(link, path, "use");
    const info = link.isSymlink ? Deno.statSync(path) : link;
    assertOwner(info, path, "use");
    const mode = IS_WINDOWS ? 0o700 : info.mode ?? 0;
    if (info.isDirectory && (mode & 0o577) === 0o500) return;
    throw notPrivate(path, link.isSymlink ? Deno.realPathSync(path) : undefined, info);
  });
}

function notPrivate(path: string, target: string | undefined, info: Deno.FileInfo): CliError {
  const close = `chmod 700 ${shellWord(target ?? path)}`;
  if (!info.isDirectory) {
    return refusal("use", path, "it is not a directory", "give another directory: --config-dir");
  }
  if (!isOpenToOthers(info)) return refusal("use", path, "its mode keeps its owner out", close);
  const who = "other users can open";
  return refusal(
    "use",
    path,
    target === undefined ? `${who} it` : `it leads to ${target}, which ${who}`,
    `${close} if nothing else uses it, or give another directory: --config-dir`,
  );
}

/**
 * What `parse` makes of the text of a private file below the configuration directory, such as
 * `profiles/eu.json`; `undefined` when there is no such file.
 *
 * @param next what the user can do when the file is damaged.
 * @throws {CliError} `storage` when it or one of its directories is not the user's alone, or a newer
 * version wrote it; with `damagedFile` when it is none of our files.
 */
export function readIn<T>(
  configDir: string,
  file: string,
  parse: (text: string) => T,
  next: string,
): T | undefined {
  const path = `${configDir}/${file}`;
  const [directory] = splitPath(path);
  assertPrivateDirectory(configDir);
  if (directory !== configDir) assertPrivateDirectory(directory);
  const text = readPrivateFile(path, next);
  if (text === undefined) return undefined;
  try {
    return parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    if (reason !== NEWER) throw damaged(path, reason, next, cause);
    throw refusal("use", path, reason, "install that version of anaplan-auth, or a later one");
  }
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

/** What in a directory, two levels deep, others can get at, in words; nothing when it does not exist. */
export function loosePlaces(directory: string): string[] {
  if (IS_WINDOWS) return [];
  return translated("look at", directory, () => {
    const places = [directory, ...entriesUnder(directory, 2)];
    return places.flatMap((path) => looseness(path) ?? []);
  });
}

function entriesUnder(directory: string, depth: number): string[] {
  if (depth === 0) return [];
  return listDirectory(directory).map((name) => `${directory}/${name}`).flatMap((path) =>
    isDirectory(path) ? [path, ...entriesUnder(path, depth - 1)] : [path]
  );
}

/** Whether it is a directory, or a link that leads to one. */
function isDirectory(path: string): boolean {
  return ifPossible(() => Deno.statSync(path).isDirectory) ?? false;
}

function looseness(path: string): string | undefined {
  const info = lstatIfThere(path);
  if (info === undefined) return undefined;
  if (info.isSymlink && !isDirectory(path)) return `${path} is a symbolic link`;
  const isForeign = [info, Deno.statSync(path)].some(({ uid }) => uid !== Deno.uid());
  if (isForeign) return `${path} belongs to another user`;
  return isOpenToOthers(Deno.statSync(path)) ? `${path} is open to other users` : undefined;
}

/** What work gives, or nothing when it fails. */
export function ifPossible<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
