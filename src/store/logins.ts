// Keeps one login per profile. Rule: reading takes no lock; saving and removing exist on the lock alone.

import { run, type Words } from "../base/advice.ts";
import { ifPossible, listDirectory, readIn } from "../files/private_directory.ts";
import { readPrivateFile } from "../files/private_file.ts";
import type { KeyChoice } from "./key_source.ts";
import type { LockSystem } from "./locked_login.ts";
import type { SealedStore } from "./sealed_store.ts";
import { isSealed, parseTokenSet, type TokenSet } from "./token_set.ts";

/** The logins on disk. */
export interface Store extends SealedStore {
  /** The profiles that have a login, sorted. */
  names(): string[];
  /** The file that holds the profile's login. */
  pathOf(profile: string): string;
}

/**
 * The store in a configuration directory.
 *
 * @param warn hears what a user should know and nothing fails of.
 * @param chosen the keys that count instead of those that environment and config.json name.
 */
export function openStore(
  configDir: string,
  system: LockSystem,
  warn: (text: Words) => void,
  chosen?: KeyChoice,
): Store {
  const directory = `${configDir}/credentials`;
  const pathOf = (profile: string): string => `${directory}/${profile}.json`;
  const read = (profile: string): TokenSet | string | undefined => {
    const parse = (text: string) => isSealed(text) ? text : parseTokenSet(text);
    return readIn(configDir, `credentials/${profile}.json`, parse, run("login", { profile }));
  };
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
      const isPlain = typeof login !== "string" && !mayBeSealing(configDir, system);
      return isPlain ? login : await (await sealed()).load(profile); // a fresh plain login needs no more
    },
    pathOf,
    names: () => namesOf(listDirectory(directory)),
    lock: async (profile) => await (await sealed()).lock(profile),
    sealedBy: async (profile) => await (await sealed()).sealedBy(profile),
  };
}

function namesOf(files: readonly string[]): string[] {
  return files.filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -5));
}

/** Whether new logins may be sealed. */
function mayBeSealing(configDir: string, { env }: LockSystem): boolean {
  return ["_FILE", "_COMMAND", ""].some((end) => env(`ANAPLAN_AUTH_KEY${end}`)) ||
    !!ifPossible(() => readPrivateFile(`${configDir}/config.json`))?.includes('"sealing"');
}
