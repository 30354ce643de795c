// This computer's copy of an access token whose login is in a shared store. Rule: it has no refresh token, it is sealed,
// and what is wrong with it never keeps a command from asking the store.

import { readPrivateFile, splitPath, type Warn } from "../files/private_file.ts";
import {
  beginReplacement,
  ensurePrivateDirectory,
  removeLeftovers,
  removePrivateFile,
} from "../files/replacement.ts";
import { orWarn } from "../base/attempts.ts";
import { ifPossible, unlessFailed } from "../base/errors.ts";
import type { Sealer, Sealing } from "./sealing.ts";
import { isSealed, type TokenSet } from "../oauth/token_set.ts";
import { serializeTokenSet } from "../oauth/token_sets.ts";

/** The copy in a file; `undefined` when there is none that can be used. @throws {CliError} without the key. */
export async function openCopy(path: string, sealing: Sealing): Promise<TokenSet | undefined> {
  const text = ifPossible(() => readPrivateFile(path));
  if (text === undefined || !isSealed(text)) return undefined;
  return await unlessFailed(() => sealing.open(text, path), ({ code }) => code === "not_opened");
}

export async function copyText(login: TokenSet, seal: Sealer): Promise<string> {
  const { refreshToken, clientSecret: _, ...rest } = login;
  return await seal(serializeTokenSet({ ...rest, isCopy: refreshToken !== undefined }));
}

/**
 * Writes a copy; that it cannot be written is a warning. A power cut may leave the copy before it, which is as usable
 * as that of any other computer, or a damaged one, which nothing opens: so it is not synced.
 */
export async function writeCopy(path: string, text: Promise<string>, warn: Warn): Promise<void> {
  const write = async (): Promise<void> => {
    ensurePrivateDirectory(splitPath(path)[0]);
    using copy = beginReplacement(path, `${path}.${crypto.randomUUID()}.tmp`, () => {});
    copy.renew(await text, false);
  };
  await orWarn(write, "each command asks the login store until that is fixed", warn);
}

export function removeCopy(path: string, warn: Warn): void {
  ifPossible(() => removePrivateFile(path, warn));
}

/** Removes the copy and what kills left of its writing; the caller holds the lock. */
export function removeCopies(path: string, warn: Warn): void {
  removeCopy(path, warn);
  removeLeftovers(path, 0);
}
