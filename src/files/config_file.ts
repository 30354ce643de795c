// config.json: which profile is used, and how logins are sealed. Rule: who changes one field keeps the others, under
// the file's lock.

import { run, words } from "../base/advice.ts";
import { type Fields, NewerVersion, parseObject } from "../base/json.ts";
import { type Clock, type FileLock, lockFile } from "./lock_file.ts";
import { readIn } from "./private_directory.ts";
import type { Warn } from "./private_file.ts";
import { ensurePrivateDirectory, removeLeftovers, writePrivateFile } from "./replacement.ts";

/** The version of config.json. */
const VERSION = 1;
/** How long to wait for another command that changes the file, in milliseconds: that takes a moment. */
const LOCK_DEADLINE = 30_000;

/**
 * The fields of config.json; none when there is no such file.
 *
 * @throws {CliError} `storage` as {@link readIn}.
 */
export function readConfig(configDir: string): Fields {
  const parse = (text: string): Fields => {
    const fields = parseObject(text);
    if (typeof fields.version !== "number") throw new Error("it is not a file of anaplan-auth");
    if (fields.version > VERSION) throw new NewerVersion();
    return fields;
  };
  const next = words`name the profile (--profile NAME), or choose it again: ${
    run("profile use NAME")
  }`;
  return readIn(configDir, "config.json", parse, next) ?? {};
}

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
