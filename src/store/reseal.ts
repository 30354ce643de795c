// Brings every login of a configuration directory to other keys, or to none. Rule: it can be killed anywhere: the keys
// that logins may still be sealed with are in config.json, and a key is removed when no login needs it.

import { textOf } from "./fresh_login.ts";
import { run, type Words, words } from "../base/words.ts";
import { forEachOf } from "../base/attempts.ts";
import { CliError, ifPossible, toCliError } from "../base/errors.ts";
import { changeConfig, lockConfig } from "../files/config_file.ts";
import { type FileLock, lockFile } from "../files/lock_file.ts";
import { listDirectory, readPrivateFile } from "../files/private_file.ts";
import { ensurePrivateDirectory, filesIn, removeLeftovers } from "../files/replacement.ts";
import { HERE_DEADLINE, LOCK_DEADLINE as ROW_DEADLINE } from "./engines/engine.ts";
import {
  belongsToAnotherDirectory,
  type KeyChoice,
  type KeySource,
  savedChoice,
} from "./key_source.ts";
import { eraseKey, keyOf, storeKey } from "./keys.ts";
import type { LockSystem } from "./locked_login.ts";
import { openStore } from "./logins.ts";
import { sealingOf } from "./sealing.ts";
import { realPath } from "../files/real_path.ts";
import type { System } from "../system/contract.ts";
import { keyIn, newKeyText } from "./key.ts";
import { parseObject } from "../base/json.ts";
import { isOwnedByUser } from "../files/loose_files.ts";
import { ADDRESS, PREFIX, rescuePlaces } from "./rescue.ts";
import { isSealed } from "../oauth/token_set.ts";

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

export async function changeChoice(
  { configDir, system, warn }: KeyChange,
  change: (saved: KeyChoice) => KeyChoice,
): Promise<KeyChoice> {
  using _lock = await lockConfig(configDir, system);
  const choice = change(savedChoice(configDir));
  const { key, old } = choice;
  const isEmpty = key === undefined && old.length === 0;
  changeConfig(configDir, { sealing: isEmpty ? undefined : { key, old } }, warn);
  return choice;
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

/** A new key in the keychain that is named, or in the first one that answers. */
export async function newKey(
  name: string | undefined,
  change: KeyChange,
  platform: System["platform"],
): Promise<KeySource> {
  const failures: CliError[] = [];
  for (const keychain of name === undefined ? usualKeychains(platform) : [name]) {
    const text = newKeyText();
    const key = await keyIn(new TextEncoder().encode(text));
    if (key === undefined) throw new Error("a new key is a key");
    const madeFor = realPath(change.configDir);
    const source: KeySource = { by: "keychain", name: keychain, id: key.id, madeFor };
    // remembered first: a key that is in the keychain and unused is removed from there the next time
    await changeChoice(change, ({ key, old }) => ({ key, old: [...old, source] }));
    try {
      await storeKey(source, text, change.system);
    } catch (error) {
      failures.push(toCliError(error));
      const isOther = ({ id }: KeySource): boolean => id !== source.id;
      await changeChoice(change, ({ key, old }) => ({ key, old: old.filter(isOther) }));
      continue;
    }
    await keyOf(source, change.system); // it can be got again
    return source;
  }
  const [first] = failures;
  if (failures.length === 1 && first !== undefined) throw first;
  const reasons = failures.map(({ reason, message }) => reason ?? message).join("; ");
  throw new CliError("storage", `Cannot find a keychain: ${reasons}`, {
    next: words`${run("seal", { flags: "--key-file FILE" })}, or install one of these helpers`,
  });
}

function usualKeychains(platform: System["platform"]): string[] {
  if (platform === "darwin") return ["osxkeychain"];
  return platform === "windows" ? ["wincred"] : ["secretservice", "pass"];
}

/** The damaged logins and the rescued tokens of a configuration directory that are not sealed. */
export function plainTexts(configDir: string, system: Pick<System, "env">): string[] {
  const directory = `${configDir}/credentials`;
  const damaged = filesIn(directory).filter((name) => /\.json(\.next)?\.bad/.test(name))
    .map((name) => `${directory}/${name}`);
  const rescued = [...new Set(rescuePlaces(configDir, system))].flatMap((place) =>
    filesIn(place).filter((name) => name.startsWith(PREFIX)).map((name) => `${place}/${name}`)
  ).filter((path) => isOwnedByUser(path) && !isElsewhere(path, configDir));
  return [...damaged, ...rescued].filter((path) => !isSealed(textOf(path)));
}

/** Whether a rescued file that can be read is of another configuration directory. */
function isElsewhere(path: string, configDir: string): boolean {
  const fields = ifPossible(() => parseObject(textOf(path)));
  const directory = JSON.stringify(`${realPath(configDir)}/`).slice(0, -1);
  return fields !== undefined && !String(fields[ADDRESS]).includes(` ${directory}`);
}
