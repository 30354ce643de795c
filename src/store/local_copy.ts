// This computer's copy of an access token whose login is in a shared store. Rule: it has no refresh token, it is sealed,
// and what is wrong with it never keeps a command from asking the store.

import { ifPossible } from "../files/private_directory.ts";
import { readPrivateFile, splitPath, type Warn } from "../files/private_file.ts";
import {
  ensurePrivateDirectory,
  removeLeftovers,
  removePrivateFile,
  writePrivateFile,
} from "../files/replacement.ts";
import { CliError } from "../base/errors.ts";
import type { Sealer, Sealing } from "./sealing.ts";
import { isSealed, type TokenSet } from "../oauth/token_set.ts";
import { sameTokenSet, serializeTokenSet } from "../oauth/token_sets.ts";

/** The copy in a file; `undefined` when there is none that can be used. @throws {CliError} without the key. */
export async function openCopy(path: string, sealing: Sealing): Promise<TokenSet | undefined> {
  const text = ifPossible(() => readPrivateFile(path));
  if (text === undefined || !isSealed(text)) return undefined;
  try {
    return await sealing.open(text, path);
  } catch (error) {
    if (error instanceof CliError && error.code === "not_opened") return undefined;
    throw error;
  }
}

/** Copies the access token of a login; that it cannot be copied is a warning. */
export async function writeCopy(
  path: string,
  login: TokenSet,
  seal: Sealer,
  warn: Warn,
): Promise<void> {
  const { refreshToken, clientSecret: _, ...rest } = login;
  const copy: TokenSet = { ...rest, isCopy: refreshToken !== undefined };
  try {
    ensurePrivateDirectory(splitPath(path)[0]);
    writePrivateFile(path, await seal(serializeTokenSet(copy)), warn);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    warn(`${error.message}; each command asks the login store until that is fixed`);
  }
}

/** Removes the copy. */
export function removeCopy(path: string, warn: Warn): void {
  ifPossible(() => removePrivateFile(path, warn));
}

/** Removes the copy and what kills left of its writing; the caller holds the lock. */
export function removeCopies(path: string, warn: Warn): void {
  removeCopy(path, warn);
  removeLeftovers(path, 0);
}

/** Whether a copy is of this login. */
export function isCopyOf(copy: TokenSet | undefined, login: TokenSet): boolean {
  return copy !== undefined && sameTokenSet(copy, login) && copy.endedBy === login.endedBy;
}
