// Brings every login of a shared store to another key. Rule: each row is sealed again under its lock; a kill leaves rows
// with both keys, and the same command finishes the work.

import { type CliError, toCliError } from "../base/errors.ts";
import type { KeyChoice } from "./key_source.ts";
import type { KeyChange } from "./reseal.ts";
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
  const store = sharedStore(configDir, system, warn, { address, chosen });
  const profiles: string[] = [];
  let failure: CliError | undefined;
  for (const [name, { login: sealed }] of await store.engine.rows(warn)) {
    try {
      await using login = await store.lock(name);
      if (login.lost !== undefined) throw login.lost;
      await login.settings?.bring();
      const tokenSet = await login.load();
      if (tokenSet === undefined) await login.settings?.keep();
      else await login.save(tokenSet);
      if (sealed !== undefined) profiles.push(name);
    } catch (error) {
      failure ??= toCliError(error); // one that cannot be opened must not keep the others as they are
    }
  }
  if (failure !== undefined) throw failure;
  return profiles;
}
