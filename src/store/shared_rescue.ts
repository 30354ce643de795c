// Tokens on their way into a shared store: in a sealed file of this computer from the server's answer until the store
// has them. Rule: they go over the login that they follow, and over no other.

import { orWarn } from "../base/attempts.ts";
import { textOf } from "./fresh_login.ts";
import { CliError, ifPossible } from "../base/errors.ts";
import { field, parseObject } from "../base/json.ts";
import { asStorageError, readPrivateFile, type Warn } from "../files/private_file.ts";
import {
  beginReplacement,
  isThere,
  removeIfThere,
  removePrivateFile,
  renamePrivateFile,
  type Replacement,
} from "../files/replacement.ts";

/** A rescued login, and the {@link fingerprint} of the one that it follows. */
export interface SharedRescue {
  readonly sealed: string;
  readonly follows: string;
}

/** What follows its path while a rescued login is written. */
export const WAITING = ".next";

export function rescueFile(directory: string, profile: string): string {
  return `${directory}/${profile}.rescued`;
}

/**
 * Makes room for a rescued login; the store and the provider are heard while the disk is waited for.
 *
 * @throws {CliError} `storage` when there is none.
 */
export async function beginRescue(path: string, length: number, warn: Warn): Promise<Replacement> {
  const rescue = beginReplacement(path, path + WAITING, warn);
  try {
    rescue.reserve(length, false);
    await rescue.sync();
    return rescue;
  } catch (error) {
    rescue[Symbol.dispose]();
    return asStorageError("write", path, () => {
      throw error;
    });
  }
}

export function rescueText(sealed: string, follows: string): string {
  return JSON.stringify({ ...JSON.parse(sealed), follows }) + "\n";
}

/** Whether there may be a rescued login; only the holder of the lock can tell. */
export function mayBeRescuedAt(path: string): boolean {
  return isThere(path) || textOf(path + WAITING).trim() !== "";
}

/**
 * The rescued login at a path; the caller holds the lock. One that a kill kept from its place is put there.
 *
 * @throws {CliError} `storage` when it cannot be read.
 */
export function rescueAt(path: string, warn: Warn): SharedRescue | undefined {
  const waiting = ifPossible(() => readPrivateFile(path + WAITING));
  if (waiting !== undefined) {
    if (parseRescue(waiting) === undefined) removePrivateFile(path + WAITING, warn); // no answer had come yet
    else renamePrivateFile(path + WAITING, path, warn);
  }
  const text = readPrivateFile(path);
  if (text === undefined) return undefined;
  const rescue = parseRescue(text);
  if (rescue !== undefined) return rescue;
  throw new CliError("storage", `Cannot read the rescued tokens in ${path}: they are damaged`, {
    damagedFile: path,
    next: "move the file away; if no command works then, sign in again",
  });
}

function parseRescue(text: string): SharedRescue | undefined {
  const fields = ifPossible(() => parseObject(text)) ?? {};
  const follows = field(fields, "follows", "string");
  const sealed = field(fields, "sealed", "string");
  if (follows === undefined || sealed === undefined) return undefined;
  return { sealed: JSON.stringify({ version: 2, sealed }) + "\n", follows };
}

/** Moves a rescued login out of the way that follows another login than the present one; where it is then. */
export async function setRescueAside(path: string, warn: Warn): Promise<string> {
  const aside = `${path}.${crypto.randomUUID().slice(0, 8)}.unused`;
  return await orWarn(() => renamePrivateFile(path, aside, warn), AGAIN, warn) ? aside : path;
}

const AGAIN = "the next command tries again";

/** Removes a rescued login that the store has. A power cut may bring it back: delivered again, it changes nothing. */
export async function removeRescue(path: string, warn: Warn): Promise<void> {
  await orWarn(() => asStorageError("remove", path, () => removeIfThere(path)), AGAIN, warn);
}
