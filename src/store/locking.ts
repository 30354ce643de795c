// The store beyond reading a plain login. Rule: what opens and seals is loaded only for a login that is sealed, or that
// may be from now on.

import { run, type Words, words } from "../base/words.ts";
import { ifPossible, toCliError } from "../base/errors.ts";
import { type Fields, parseObject } from "../base/json.ts";
import { configText, mayBeSealing } from "./fresh_login.ts";
import type { KeyChoice } from "./key_source.ts";
import type { KeySystem } from "./keys.ts";
import { type LockedLogin, lockLogin, type LockSystem } from "./locked_login.ts";
import { mayWait, waitingNames } from "./rescue.ts";
import type { LoginFiles, LoginsRead, SealedLogins } from "./sealed_store.ts";
import type { PresentSealing, Sealer, Sealing } from "./sealing.ts";

/** Where logins are kept: all that the rest of the program knows of it. */
export interface LoginStore extends LoginsRead {
  /** Waits until no other process can change the profile's login. */
  lock(profile: string): Promise<LockedLogin>;
  /** Whether tokens may wait for their place; a lock that is taken then puts them there. Takes no lock. */
  mayWait(profile: string): Promise<boolean>;
  /** The profiles for which {@link LoginStore.mayWait} is true. */
  waiting(): Promise<string[]>;
  /** The profiles that have a login, sorted. */
  names(): Promise<string[]>;
  /** The file of this computer that holds the profile's login. */
  pathOf(profile: string): string;
  /** The store that other computers use too, such as `db.example.com:5432`. */
  readonly sharedAt?: string;
  /** Copies the profile's settings from there, if there are any; a disk that takes no file is no failure. */
  bringSettings?(profile: string): Promise<Fields | undefined>;
}

/** Opens the part that a fresh plain login does not need; `chosen` as for `openStore`. */
export function lockingStore(
  files: LoginFiles,
  system: LockSystem,
  warn: (text: Words) => void,
  chosen: KeyChoice | undefined,
): Omit<LoginStore, "names" | "pathOf"> {
  const { configDir, pathOf, read } = files;
  const sealed = async (asked: KeySystem = system): Promise<SealedLogins> =>
    (await import("./sealed_store.ts")).sealedLogins(files, asked, warn, chosen);
  const isPlainForNow = (): boolean =>
    chosen === undefined && isUnsealed(configText(configDir), system);
  return {
    load: async (profile) => await (await sealed()).load(profile),
    sealedBy: async (profile) => await (await sealed()).sealedBy(profile),
    mayWait: (profile) => Promise.resolve(mayWait(pathOf(profile), system)),
    waiting: () => Promise.resolve(waitingNames(`${configDir}/credentials`, system)),
    async lock(profile) {
      const path = pathOf(profile);
      const { env, ask } = system;
      const asked = chosen === undefined ? { env, ask } : system; // the key may have changed since it was last read
      const sealing = lazySealing(
        () => typeof ifPossible(() => read(profile)) === "object",
        isPlainForNow,
        async () => (await sealed(asked)).sealingOf(profile),
        warn,
      );
      const load = async () => {
        const login = read(profile);
        return typeof login === "string" ? await (await sealed(asked)).open(profile) : login;
      };
      return await lockLogin({ configDir, path, load, sealing }, system, warn);
    },
  };
}

/** Sealing that is loaded when it is needed. */
function lazySealing(
  isPlainLogin: () => boolean,
  isPlainForNow: () => boolean,
  sealing: () => Promise<PresentSealing>,
  warn: (text: Words) => void,
): Sealing {
  return {
    open: async (text, path) => await (await sealing()).open(text, path),
    async sealer(isNotPlain) {
      const present = async () => await (await sealing()).sealer(isNotPlain);
      const choose = async () => isPlainForNow() ? undefined : await present();
      const first = isPlainLogin() ? await choose() : await present();
      return first ?? plainUnlessChosen(choose, warn);
    },
    openText: async (text, path) => await (await sealing()).openText(text, path),
    isUpToDate: async (text) => await (await sealing()).isUpToDate(text),
  };
}

/** Looks again at the save: `seal` may have chosen a key, and been interrupted while it waited for the lock. */
function plainUnlessChosen(
  choose: () => Promise<Sealer | undefined>,
  warn: (text: Words) => void,
): Sealer {
  return async (text) => {
    try {
      return await (await choose())?.(text) ?? text;
    } catch (error) { // the tokens that these follow are used by now
      const { message } = toCliError(error);
      warn(words`${message}; the login is saved in plain text; to seal it: ${run("seal")}`);
      return text;
    }
  };
}

/** Whether config.json says that logins are plain: one that is missing or damaged, or a newer one, may have named a key. */
function isUnsealed(config: string, system: Pick<LockSystem, "env">): boolean {
  if (mayBeSealing(config, system)) return false;
  const parsed = ifPossible(() => parseObject(config));
  return parsed?.version === 1 && !("sealing" in parsed);
}
