// Keeps one login per profile: in files, or in a store that several computers use. Rule: reading takes no lock; saving
// and removing exist on the lock alone.

import type { Words } from "../base/words.ts";
import { listNames } from "../files/private_file.ts";
import type { System } from "../system/contract.ts";
import { configText, mayBeSealing, readLogin, usesSharedStore } from "./fresh_login.ts";
import type { KeyChoice } from "./key_source.ts";
import type { LockSystem } from "./locked_login.ts";
import type { LoginStore } from "./locking.ts";

/** The store that the environment or config.json names; the files of the configuration directory when none does. */
export async function storeIn(
  configDir: string,
  system: LockSystem,
  warn: (text: Words) => void,
): Promise<LoginStore> {
  if (!isShared(configDir, system)) return openStore(configDir, system, warn);
  return (await import("./shared_store.ts")).sharedStore(configDir, system, warn);
}

/** Whether logins are kept in a store that other computers use. */
export function isShared(configDir: string, system: Pick<System, "env">): boolean {
  return usesSharedStore(configText(configDir), system);
}

/**
 * The logins in the files of a configuration directory.
 *
 * @param warn hears what a user should know and nothing fails of.
 * @param chosen the keys that count instead of those that environment and config.json name.
 */
export function openStore(
  configDir: string,
  system: LockSystem,
  warn: (text: Words) => void,
  chosen?: KeyChoice,
): LoginStore {
  const directory = `${configDir}/credentials`;
  const pathOf = (profile: string): string => `${directory}/${profile}.json`;
  const read = (profile: string) => readLogin(configDir, profile);
  const isSealing = (): boolean => mayBeSealing(configText(configDir), system);
  const rest = async () =>
    (await import("./locking.ts")).lockingStore({ configDir, pathOf, read }, system, warn, chosen);
  return {
    async load(profile) {
      const login = read(profile);
      const isPlain = typeof login !== "string" && !isSealing();
      return isPlain ? login : await (await rest()).load(profile); // a fresh plain login needs no more
    },
    pathOf,
    // deno-lint-ignore require-await -- what it throws is thrown where it is awaited
    names: async () => listNames(directory),
    mayWait: async (profile) => await (await rest()).mayWait(profile),
    waiting: async () => await (await rest()).waiting(),
    lock: async (profile) => await (await rest()).lock(profile),
    sealedBy: async (profile) => await (await rest()).sealedBy(profile),
  };
}
