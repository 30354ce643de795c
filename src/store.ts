// Keeps one login per profile. Rule: anybody may read, but only who holds the profile's lock can write,
// since saving and removing exist on the lock alone.

import { type Clock, lockFile } from "./lock_file.ts";
import {
  ensurePrivateDirectory,
  listDirectory,
  readIn,
  removeLeftovers,
} from "./private_directory.ts";
import { removePrivateFile, writePrivateFile } from "./private_file.ts";
import { loginCommandOf } from "./text.ts";
import { parseTokenSet, serializeTokenSet, type TokenSet } from "./token_set.ts";

/**
 * How long to wait for another process's lock, in milliseconds: longer than the longest that a holder
 * can take, which is three token requests (one lost, one answered with 429) and a `Retry-After` of ten
 * seconds.
 */
const LOCK_DEADLINE = 90_000;

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

/** A profile's login that no other process can change until this is disposed of. */
export interface LockedLogin extends Disposable {
  load(): TokenSet | undefined;
  save(tokenSet: TokenSet): void;
  remove(): void;
}

/** The store in a configuration directory; `warn` hears about directories that did not sync. */
export function openStore(configDir: string, clock: Clock, warn: (text: string) => void): Store {
  const directory = `${configDir}/credentials`;
  const pathOf = (profile: string): string => `${directory}/${profile}.json`;
  const load = (profile: string): TokenSet | undefined =>
    readIn(configDir, `credentials/${profile}.json`, parseTokenSet, loginCommandOf(profile));
  return {
    load,
    pathOf,
    names: () => namesOf(listDirectory(directory)),
    async lock(profile) {
      ensurePrivateDirectory(configDir);
      ensurePrivateDirectory(directory);
      const path = pathOf(profile);
      const lock = await lockFile(`${directory}/${profile}.lock`, LOCK_DEADLINE, clock);
      return {
        load: () => load(profile),
        save(tokenSet) {
          writePrivateFile(path, serializeTokenSet(tokenSet), warn);
          removeLeftovers(path, 0);
        },
        remove() {
          removePrivateFile(path, warn);
          removeLeftovers(path, 0);
        },
        [Symbol.dispose]: () => lock[Symbol.dispose](),
      };
    },
  };
}

function namesOf(files: readonly string[]): string[] {
  return files.filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -5));
}
