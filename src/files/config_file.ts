// config.json: which profile is used, and how logins are sealed. Rule: who changes one field keeps the others, under
// the file's lock.

import type { Fields } from "../base/json.ts";
import { VERSION } from "./config_fields.ts";
import { type Clock, type FileLock, lockFile } from "./lock_file.ts";
import type { Warn } from "./private_file.ts";
import { ensurePrivateDirectory, removeLeftovers, writePrivateFile } from "./replacement.ts";

/** How long to wait for another command that changes the file, in milliseconds: that takes a moment. */
const LOCK_DEADLINE = 30_000;

/** Replaces the fields of config.json; the caller has read them under the {@link lockConfig lock}. */
export function writeConfig(configDir: string, fields: Fields, warn: Warn): void {
  ensurePrivateDirectory(configDir);
  const path = `${configDir}/config.json`;
  writePrivateFile(
    path,
    JSON.stringify({ ...fields, version: VERSION }, undefined, 2) + "\n",
    warn,
  );
  removeLeftovers(path);
}

/** Takes the lock of config.json. */
export async function lockConfig(configDir: string, clock: Clock): Promise<FileLock> {
  ensurePrivateDirectory(configDir);
  return await lockFile(`${configDir}/config.lock`, LOCK_DEADLINE, clock);
}
