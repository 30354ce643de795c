// Keeps one login per profile. Rule: reading takes no lock; saving and removing exist on the lock alone.

import { run } from "../base/advice.ts";
import type { LockedLogin, LockSystem } from "./locked_login.ts";
import { listNames, readIn } from "../files/private_directory.ts";
import type { Warn } from "../files/private_file.ts";
import { parseTokenSet, type TokenSet } from "./token_set.ts";

/** The logins on disk. */
export interface Store {
  /** The profile's login, or `undefined` when there is none. Takes no lock. */
  load(profile: string): TokenSet | undefined;
  /** Waits until nobody else can change the profile's login. */
  lock(profile: string): Promise<LockedLogin>;
  /** The profiles that have a login, sorted. */
  names(): string[];
  /** The file that holds the profile's login. */
  pathOf(profile: string): string;
}

/** The store in a configuration directory. `warn` hears what a user should know and nothing fails of. */
export function openStore(configDir: string, system: LockSystem, warn: Warn): Store {
  const directory = `${configDir}/credentials`;
  const pathOf = (profile: string): string => `${directory}/${profile}.json`;
  const load = (profile: string): TokenSet | undefined =>
    readIn(configDir, `credentials/${profile}.json`, parseTokenSet, run("login", { profile }));
  return {
    load,
    pathOf,
    names: () => listNames(directory),
    async lock(profile) {
      const { lockLogin } = await import("./locked_login.ts");
      const place = { configDir, path: pathOf(profile), load: () => load(profile) };
      return await lockLogin(place, system, warn);
    },
  };
}
