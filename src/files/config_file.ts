// config.json: which profile is used, and how logins are sealed. Rule: who changes one field keeps the others, under
// the file's lock.

import { type Fields, FILE_VERSION } from "../base/json.ts";
import { type Clock, type FileLock, lockFile } from "./lock_file.ts";
import type { Warn } from "./private_file.ts";
import { ensurePrivateDirectory, writeIn } from "./replacement.ts";

/** How long to wait for another command that changes the file, in milliseconds: that takes a moment. */
const LOCK_DEADLINE = 30_000;

/** Replaces the fields of config.json; the caller has read them under the {@link lockConfig lock}. */
export function writeConfig(configDir: string, fields: Fields, warn: Warn): void {
  const text = JSON.stringify({ ...fields, version: FILE_VERSION }, undefined, 2) + "\n";
  writeIn(configDir, "config.json", text, warn);
}

export async function lockConfig(configDir: string, clock: Clock): Promise<FileLock> {
  ensurePrivateDirectory(configDir);
  return await lockFile(`${configDir}/config.lock`, LOCK_DEADLINE, clock);
}
