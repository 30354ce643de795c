// Keeps one login per profile. Rule: reading takes no lock; saving and removing exist on the lock alone.

import { run, type Words } from "../base/advice.ts";
import { ifPossible, listNames, readIn } from "../files/private_directory.ts";
import { readPrivateFile } from "../files/private_file.ts";
import type { KeyChoice } from "./key_source.ts";
import type { LockSystem } from "./locked_login.ts";
import type { LockingStore } from "./locking.ts";
import { isSealed, parseTokenSet, type TokenSet } from "./token_set.ts";

/** Where logins are kept: the one thing that the rest of the program knows of it. */
export interface LoginStore extends LockingStore {
  /** The profiles that have a login, sorted. */
  names(): Promise<string[]>;
  /** The file of this computer that holds the profile's login. */
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
): LoginStore {
  const directory = `${configDir}/credentials`;
  const pathOf = (profile: string): string => `${directory}/${profile}.json`;
  const read = (profile: string): TokenSet | string | undefined => {
    const parse = (text: string) => isSealed(text) ? text : parseTokenSet(text);
    return readIn(configDir, `credentials/${profile}.json`, parse, run("login", { profile }));
  };
  const mayBeSealing = (): boolean => namesKey(configDir, system);
  const rest = async () =>
    (await import("./locking.ts")).lockingStore(
      { configDir, pathOf, read, mayBeSealing },
      system,
      warn,
      chosen,
    );
  return {
    async load(profile) {
      const login = read(profile);
      const isPlain = typeof login !== "string" && !mayBeSealing();
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

/** Whether a key may be named, so that what is saved is sealed. */
function namesKey(configDir: string, { env }: LockSystem): boolean {
  return ["_FILE", "_COMMAND", ""].some((end) => env(`ANAPLAN_AUTH_KEY${end}`)) ||
    !!ifPossible(() => readPrivateFile(`${configDir}/config.json`))?.includes('"sealing"');
}
