// Files and directories that only their owner may read: checked reads. Rule: one that others can open or enter is neither
// read nor written, and its mode never changes; every failure leaves here as a CliError of kind `storage`.

import { shell, shellWord, type Words, words } from "../base/words.ts";
import { CliError, type ErrorDetails, reasonOf } from "../base/errors.ts";
import { NewerVersion } from "../base/json.ts";

const IS_WINDOWS = Deno.build.os === "windows";
const NOT_PLAIN = "it is not a plain file";
/** No file of ours comes near, in bytes; it bounds what a damaged one costs. */
const LARGEST = 4 * 1024 * 1024;

/** Gets warnings: what the user should know although nothing fails. */
export type Warn = (text: string) => void;

/**
 * The text of a private file, or `undefined` when there is none.
 *
 * @param next what the user can do when the file is damaged.
 * @throws {CliError} `storage` when it belongs to another user, can be opened by others, or cannot be read;
 * with `damagedFile` when it cannot be a text of ours. The file is left as it is.
 */
export function readPrivateFile(path: string, next?: Words): string | undefined {
  if (!checkPrivateFile(path, "read", next)) return undefined;
  const read = <T>(work: () => T): T =>
    asStorageError("read", path, () => withRepairedMode(path, work));
  const text = read(() => Deno.readTextFileSync(path));
  if (!text.includes("\ufffd")) return text;
  const bytes = read(() => Deno.readFileSync(path)); // a character like any other, or what is in the place of bad bytes
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw damagedFileError(path, "it is not UTF-8", next);
  }
}

/** What is at the path, links not followed; `undefined` when nothing is. */
export function lstatIfThere(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Whether there is a file at the path, which then is a plain file of ours and closed to others. */
export function checkPrivateFile(path: string, verb: string, next?: Words): boolean {
  return asStorageError(verb, path, () => {
    const info = lstatIfThere(path);
    if (info === undefined) return false;
    assertOwner(info, path, verb);
    if (info.isFile && info.size <= LARGEST && !isOpenToOthers(info)) return true;
    throw unfitFileError(info, path, verb, next);
  });
}

function unfitFileError(info: Deno.FileInfo, path: string, verb: string, next?: Words): CliError {
  if (info.isSymlink && leadsSomewhere(path)) {
    return refusal(verb, path, NOT_PLAIN, lookAt(path)); // what it leads to may be in use
  }
  if (!info.isFile) return damagedFileError(path, NOT_PLAIN, next);
  return isOpenToOthers(info)
    ? refusal(verb, path, "other users can open it", shell(`chmod 600 ${shellWord(path)}`), {
      code: "open_to_others",
    })
    : damagedFileError(path, "it is too large", next);
}

function leadsSomewhere(link: string): boolean {
  try {
    return Deno.statSync(link) !== undefined;
  } catch (error) {
    const leadsNowhere = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.FilesystemLoop;
    return !leadsNowhere;
  }
}

/** Whether others than the owner can do anything with it. */
export function isOpenToOthers({ mode }: Deno.FileInfo): boolean {
  return !IS_WINDOWS && ((mode ?? 0) & 0o077) !== 0;
}

/** @throws {CliError} `storage` when it belongs to another user. */
export function assertOwner(info: Deno.FileInfo, path: string, verb: string): void {
  if (IS_WINDOWS || info.uid === Deno.uid()) return;
  const next = "run this as its owner, or give --config-dir";
  throw refusal(verb, path, "it belongs to another user", next);
}

/** Gives a new file or directory the bits of its mode that the umask took away. */
export function restoreMode(path: string, mode: number): void {
  if (IS_WINDOWS || ((Deno.lstatSync(path).mode ?? 0) & mode) === mode) return;
  Deno.chmodSync(path, mode); // not always: some file systems have modes of their own and refuse
}

/** Does the work; a mode that keeps the file's owner out, as an unlucky umask left it, is repaired first. */
export function withRepairedMode<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Deno.errors.PermissionDenied)) throw error;
    try {
      restoreMode(path, 0o600);
    } catch {
      throw error; // that is why
    }
    return work();
  }
}

/** Why nothing is done with a path. */
export function refusal(
  verb: string,
  path: string,
  reason: string,
  next: Words,
  details: ErrorDetails = {},
): CliError {
  return new CliError("storage", `Cannot ${verb} ${path}: ${reason}`, { next, reason, ...details });
}

/** Why a file is not used, which a command that writes there may move out of the way. */
export function damagedFileError(
  path: string,
  reason: string,
  next?: Words,
  cause?: unknown,
): CliError {
  return refusal("use", path, reason, next ?? lookAt(path), { damagedFile: path, cause });
}

function lookAt(path: string): string {
  return `look at it (ls -l ${shellWord(path)}) and move it away`;
}

/** The directory of a path, and the name in it. */
export function splitPath(path: string): [directory: string, name: string] {
  const slash = Math.max(path.lastIndexOf("/"), IS_WINDOWS ? path.lastIndexOf("\\") : -1);
  return [path.slice(0, slash) || "/", path.slice(slash + 1)];
}

/** Runs a piece of disk work; whatever it throws leaves as a CliError that names the path. */
export function asStorageError<T>(verb: string, path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof CliError) throw error;
    const next = "check the disk and the directory, or name another directory with --config-dir";
    throw refusal(verb, path, diskReason(error), next, { cause: error });
  }
}

/** Why the disk operation failed, in a few words. */
export function diskReason(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "no such file or directory";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (error instanceof Deno.errors.IsADirectory) return "it is a directory";
  if (error instanceof Deno.errors.NotCapable) return "this program was not given access to it";
  if (error instanceof Deno.errors.AlreadyExists) return "something else is in its place";
  const reason = reasonOf(error);
  const [, words = reason] = /([^:]+) \(os error \d+\)/.exec(reason) ?? [];
  return words.trim().toLowerCase(); // the rest of it names the call and the file
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
  asStorageError("use", path, () => {
    const link = lstatIfThere(path);
    if (link === undefined) return;
    assertOwner(link, path, "use");
    const info = link.isSymlink ? Deno.statSync(path) : link;
    assertOwner(info, path, "use");
    const mode = IS_WINDOWS ? 0o700 : info.mode ?? 0;
    if (info.isDirectory && (mode & 0o577) === 0o500) return;
    throw notPrivateError(path, link.isSymlink ? Deno.realPathSync(path) : undefined, info);
  });
}

function notPrivateError(path: string, target: string | undefined, info: Deno.FileInfo): CliError {
  const close = shell(`chmod 700 ${shellWord(target ?? path)}`);
  if (!info.isDirectory) {
    return refusal("use", path, "it is not a directory", "give another directory: --config-dir");
  }
  if (!isOpenToOthers(info)) return refusal("use", path, "its mode locks you out", close);
  const who = "other users can open";
  const reason = target === undefined ? `${who} it` : `it leads to ${target}, which ${who}`;
  const next = words`${close} if nothing else uses it, or give another directory: --config-dir`;
  return refusal("use", path, reason, next);
}

/**
 * What `parse` makes of the text of a private file below the configuration directory, such as
 * `profiles/eu.json`; `undefined` when there is no such file.
 *
 * @param next what the user can do when the file is damaged.
 * @throws {CliError} `storage` when it or one of its directories is not the user's alone, or a newer
 * version wrote it; with `damagedFile` when it is not one of our files.
 */
export function readIn<T>(
  configDir: string,
  file: string,
  parse: (text: string) => T,
  next: Words,
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
    const reason = reasonOf(cause);
    if (!(cause instanceof NewerVersion)) throw damagedFileError(path, reason, next, cause);
    throw refusal("use", path, reason, "install that version of anaplan-auth, or a later one", {
      code: "newer_version",
    });
  }
}

/** The names in a directory, sorted; none when it does not exist. */
export function listDirectory(path: string): string[] {
  return asStorageError("read", path, () => {
    try {
      return Array.from(Deno.readDirSync(path), (entry) => entry.name).sort();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  });
}

/** The names of the JSON files in a directory, sorted, without their ending. */
export function listNames(path: string): string[] {
  return listDirectory(path).filter((file) => file.endsWith(".json"))
    .map((file) => file.slice(0, -5));
}
