// Changes config.json: which profile is used, where logins are, and how they are sealed. Rule: a change of one field keeps
// the others, under the file's lock.

import { type Fields, FILE_VERSION } from "../base/json.ts";
import { readConfig } from "./config_fields.ts";
import { type Clock, type FileLock, lockFile } from "./lock_file.ts";
import type { Warn } from "./private_file.ts";
import { ensurePrivateDirectory, writeIn } from "./replacement.ts";

/** How long to wait for another command that changes the file, in milliseconds: that takes a moment. */
const LOCK_DEADLINE = 30_000;

/** Changes fields of config.json; the caller has the {@link lockConfig lock}. */
export function changeConfig(configDir: string, changed: Fields, warn: Warn): void {
  const fields = { ...readConfig(configDir), ...changed, version: FILE_VERSION };
  const text = JSON.stringify(fields, undefined, 2) + "\n";
  writeIn(configDir, "config.json", text, warn);
}

export async function lockConfig(configDir: string, clock: Clock): Promise<FileLock> {
  ensurePrivateDirectory(configDir);
  return await lockFile(`${configDir}/config.lock`, LOCK_DEADLINE, clock);
}
