// Directories that only their owner may enter: checked, listed and read from. Rule: one that others can enter
// is neither read from nor written to, and its mode never changes.

import { shell, type Words, words } from "../base/advice.ts";
import { type CliError, reasonOf } from "../base/errors.ts";
import { NewerVersion } from "../base/json.ts";
import {
  assertOwner,
  asStorageError,
  damagedFileError,
  isOpenToOthers,
  lstatIfThere,
  readPrivateFile,
  refusal,
  splitPath,
} from "./private_file.ts";
import { shellWord } from "../base/text.ts";

const IS_WINDOWS = Deno.build.os === "windows";

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
  if (!isOpenToOthers(info)) {
    return refusal("use", path, "its mode locks you out", close);
  }
  const who = "other users can open";
  return refusal(
    "use",
    path,
    target === undefined ? `${who} it` : `it leads to ${target}, which ${who}`,
    words`${close} if nothing else uses it, or give another directory: --config-dir`,
  );
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
