// Brings every login of a shared store to another key. Rule: each row is sealed again under its lock; a kill leaves rows
// with both keys, and the same command finishes the work.

import { forEachOf } from "../base/attempts.ts";
import { CliError } from "../base/errors.ts";
import { writePrivateFile } from "../files/replacement.ts";
import type { KeyChoice } from "./key_source.ts";
import type { KeyChange } from "./reseal.ts";
import { sealingOf } from "./sealing.ts";
import { lockIfFree, waitingRescues } from "./shared_elsewhere.ts";
import { rescueAt, rescueText } from "./shared_rescue.ts";
import { sharedStore } from "./shared_store.ts";
import { presentAddress } from "./store_choice.ts";

/**
 * Seals every row with the key of the choice.
 *
 * @returns the profiles that have a login.
 * @throws {CliError} the first failure, when all others are sealed.
 */
export async function resealShared(
  chosen: KeyChoice,
  { configDir, system, warn }: KeyChange,
): Promise<string[]> {
  const address = presentAddress(configDir, system);
  const store = sharedStore(configDir, system, warn, { address, chosen, keepsSettings: true });
  const profiles: string[] = [];
  const rows = await store.engine.rows(warn);
  const failure = await forEachOf(rows, async ([name, { login: sealed }]) => {
    await using login = await store.lock(name);
    if (login.lost !== undefined) throw login.lost;
    const tokenSet = await login.load();
    if (tokenSet === undefined) await login.settings?.reseal();
    else await login.save(tokenSet);
    if (sealed !== undefined) profiles.push(name);
  });
  if (failure !== undefined) throw failure;
  return profiles;
}

/**
 * Seals tokens again that wait for a store which is not in use: their key is about to be forgotten. Those that cannot be
 * opened stay as they are, which is a warning.
 */
export async function resealWaiting(
  chosen: KeyChoice,
  { configDir, system, warn }: KeyChange,
): Promise<void> {
  for (const { profile, path } of waitingRescues(configDir, system)) {
    const isKept = path.endsWith(".rescued"); // elsewhere only a delivery's fence guards them
    using lock = isKept ? await lockIfFree(path, system) : undefined;
    if (isKept && lock === undefined) continue; // its holder delivers them
    try {
      const sealing = sealingOf({ configDir, profile }, () => chosen, system);
      const rescue = rescueAt(path, warn);
      if (rescue === undefined || await sealing.isUpToDate(rescue.sealed)) continue;
      const text = await sealing.openText(rescue.sealed, path);
      const sealed = await (await sealing.sealer())?.(text);
      if (sealed !== undefined) writePrivateFile(path, rescueText(sealed, rescue.follows), warn);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      warn(error.message);
    }
  }
}
