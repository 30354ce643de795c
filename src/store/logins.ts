// Keeps one login per profile: in files, or in a store that several computers use. Rule: reading takes no lock; saving
// and removing exist on the lock alone.

import type { Words } from "../base/advice.ts";
import { listDirectory } from "../files/private_directory.ts";
import type { System } from "../system/contract.ts";
import { configText, mayBeSealing, namesStore, readLogin } from "./fresh_login.ts";
import type { KeyChoice } from "./key_source.ts";
import type { LockSystem } from "./locked_login.ts";
import type { LoginStore } from "./login_store.ts";

/** The store that the environment or config.json names; the files of the configuration directory when none does. */
export async function storeIn(
  configDir: string,
  system: LockSystem,
  warn: (text: Words) => void,
): Promise<LoginStore> {
  if (!isShared(configDir, system)) return openStore(configDir, system, warn);
  return (await import("./shared_store.ts")).sharedStore(configDir, system, warn);
}

/** Whether logins are kept in a store that other computers use too. */
export function isShared(configDir: string, system: Pick<System, "env">): boolean {
  return namesStore(configText(configDir), system);
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
  const sealed = async () => {
    return (await import("./sealed_store.ts")).sealedStore(
      { configDir, pathOf, read },
      system,
      warn,
      chosen,
    );
  };
  return {
    async load(profile) {
      const login = read(profile);
      const isPlain = typeof login !== "string" && !mayBeSealing(configText(configDir), system);
      return isPlain ? login : await (await sealed()).load(profile); // a plain login needs no more
    },
    pathOf,
    // deno-lint-ignore require-await -- what it throws is thrown where it is awaited
    names: async () => namesOf(listDirectory(directory)),
    mayWait: async (profile) => (await import("./put_back.ts")).mayWait(pathOf(profile), system),
    waiting: async () => (await import("./put_back.ts")).waitingNames(directory, system),
    lock: async (profile) => await (await sealed()).lock(profile),
    sealedBy: async (profile) => await (await sealed()).sealedBy(profile),
  };
}

function namesOf(files: readonly string[]): string[] {
  return files.filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -5));
}
