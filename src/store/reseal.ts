// Brings every login of a configuration directory to other keys, or to none. Rule: it can be killed anywhere: the keys
// that logins may still be sealed with are in config.json, and a key is removed when no login needs it.

import type { Words } from "../base/advice.ts";
import { forEachOf } from "../base/errors.ts";
import { readConfig } from "../files/config_fields.ts";
import { lockConfig, writeConfig } from "../files/config_file.ts";
import { type FileLock, lockFile } from "../files/lock_file.ts";
import { listDirectory, readPrivateFile, type Warn } from "../files/private_file.ts";
import { ensurePrivateDirectory, removeLeftovers } from "../files/replacement.ts";
import { HERE_DEADLINE, LOCK_DEADLINE as ROW_DEADLINE } from "./engines/engine.ts";
import { belongsToAnotherDirectory, type KeyChoice, savedChoice } from "./key_source.ts";
import { eraseKey } from "./keys.ts";
import type { LockSystem } from "./locked_login.ts";
import { openStore } from "./logins.ts";
import { plainTexts } from "./plain_text.ts";
import { sealingOf } from "./sealing.ts";

/** What changing the key needs. */
export interface KeyChange {
  readonly configDir: string;
  readonly system: LockSystem;
  readonly warn: (text: Words) => void;
}

/** How long to wait for another `seal` or `unseal`, in milliseconds: it may itself wait for a login, and save it. */
const LOCK_DEADLINE = HERE_DEADLINE + ROW_DEADLINE;

/** Takes the lock under which one process at a time changes the key. */
export async function lockKeys({ configDir, system }: KeyChange): Promise<FileLock> {
  ensurePrivateDirectory(configDir);
  return await lockFile(`${configDir}/seal.lock`, LOCK_DEADLINE, system);
}

/** Changes the saved choice of keys. */
export async function changeChoice(
  { configDir, system, warn }: KeyChange,
  change: (saved: KeyChoice) => KeyChoice,
): Promise<KeyChoice> {
  using _lock = await lockConfig(configDir, system);
  const choice = change(savedChoice(configDir));
  saveChoice(configDir, choice, warn);
  return choice;
}

/** Saves the choice; the caller holds the lock of config.json. */
function saveChoice(configDir: string, { key, old }: KeyChoice, warn: Warn): void {
  const isEmpty = key === undefined && old.length === 0;
  const sealing = isEmpty ? undefined : { key, old };
  writeConfig(configDir, { ...readConfig(configDir), sealing }, warn);
}

/**
 * Saves every login as the choice says.
 *
 * @returns the profiles that have a login.
 * @throws {CliError} the first failure, when all others are saved.
 */
export async function resealAll(chosen: KeyChoice, change: KeyChange): Promise<string[]> {
  const directory = `${change.configDir}/credentials`;
  const names = listDirectory(directory)
    .map((file) => /^(.+?)\.(json|lock|json\.next|json\..+\.tmp)$/.exec(file)?.[1])
    .filter((name) => name !== undefined);
  const profiles: string[] = [];
  const failure = await forEachOf(new Set(names), async (name) => {
    if (await reseal(name, chosen, change)) profiles.push(name);
  });
  if (failure !== undefined) throw failure;
  for (const path of chosen.key === undefined ? [] : plainTexts(change.configDir, change.system)) {
    change.warn(`${path} is not sealed and may hold tokens; remove it`);
  }
  return profiles;
}

/** A process that saves without the lock's next holder knowing the choice has ended when the lock is had. */
async function reseal(name: string, chosen: KeyChoice, change: KeyChange): Promise<boolean> {
  const { configDir, system, warn } = change;
  const store = openStore(configDir, system, warn, chosen);
  await using login = await store.lock(name);
  if (login.lost !== undefined) throw login.lost;
  const path = store.pathOf(name);
  const tokenSet = await login.load();
  const text = readPrivateFile(path);
  removeLeftovers(path, 0);
  if (tokenSet === undefined || text === undefined) return false;
  const sealing = sealingOf({ configDir, profile: name }, () => chosen, system);
  if (!await sealing.isUpToDate(text)) await login.save(tokenSet);
  return true;
}

/**
 * Removes the keys that no login here needs any more: from the keychain first, so that none is forgotten there, and
 * only those that were made for this directory.
 */
export async function forgetOldKeys(change: KeyChange): Promise<void> {
  const { old } = savedChoice(change.configDir);
  if (old.length === 0) return;
  for (const source of old.filter(({ by }) => by === "keychain")) {
    const isOwn = source.madeFor !== undefined &&
      !belongsToAnotherDirectory(source, change.configDir);
    if (isOwn) await eraseKey(source, change.system);
    else change.warn(`key ${source.id} stays in the keychain: another directory may use it`);
  }
  await changeChoice(change, ({ key }) => ({ key, old: [] }));
}
