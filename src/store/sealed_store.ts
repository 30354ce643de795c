// What the store does for logins that are sealed, or are to be. Rule: what counts as the key is looked up each time,
// since another process may change it.

import { formatWords, run, type Words, words } from "../base/words.ts";
import { ifPossible } from "../base/errors.ts";
import {
  belongsToAnotherDirectory,
  type KeyChoice,
  type KeyKind,
  kindOf,
  presentChoice,
} from "./key_source.ts";
import type { KeySystem } from "./keys.ts";
import { type PresentSealing, sealingOf, sourceOf } from "./sealing.ts";
import type { TokenSet } from "../oauth/token_set.ts";

/** Where logins are, and what reads one: the text of a sealed login, or a plain login. */
export interface LoginFiles {
  readonly configDir: string;
  pathOf(profile: string): string;
  read(profile: string): TokenSet | string | undefined;
}

export interface LoginsRead {
  /**
   * The profile's login, or `undefined` when there is none. Takes no lock.
   *
   * @param isCopyEnough whether this computer's copy of an access token will do that is not fresh any more: who locks
   * the login sees it anyway.
   */
  load(profile: string, isCopyEnough?: boolean): Promise<TokenSet | undefined>;
  /** What keeps the key of the profile's login; `undefined` when it is not sealed. */
  sealedBy(profile: string): Promise<KeyKind | undefined>;
}

export interface SealedLogins extends LoginsRead {
  /** As {@link LoginsRead.load}, without a word about a login that is not sealed yet. */
  open(profile: string): Promise<TokenSet | undefined>;
  sealingOf(profile: string): PresentSealing;
}

/** What a process has warned of. */
const told = new WeakMap<KeySystem, Set<string>>();

/** Opens that part; `chosen` as for `openStore`. */
export function sealedLogins(
  { configDir, pathOf, read }: LoginFiles,
  system: KeySystem,
  warn: (text: Words) => void,
  chosen: KeyChoice | undefined,
): SealedLogins {
  const choice = (): KeyChoice => chosen ?? presentChoice(configDir, system);
  const sealing = (profile: string): PresentSealing =>
    sealingOf({ configDir, profile }, choice, system);
  const opened = (profile: string): Promise<TokenSet | undefined> => {
    const { open } = sealing(profile);
    return openLogin(() => read(profile), (login) => open(login, pathOf(profile)));
  };
  const warnOnce = (text: Words): void => {
    const said = told.get(system) ?? new Set();
    if (!said.has(formatWords(text))) warn(text);
    told.set(system, said.add(formatWords(text)));
  };
  return {
    async load(profile) {
      const key = chosen === undefined ? ifPossible(choice)?.key : undefined;
      if (key !== undefined && typeof read(profile) === "object") {
        warnOnce(words`${pathOf(profile)} is not sealed yet; to seal it: ${run("seal")}`);
      }
      if (key !== undefined && belongsToAnotherDirectory(key, configDir)) {
        const made = `key ${key.id} was made for ${key.madeFor}, and a new key there removes it`;
        warnOnce(words`${made}; for a key of its own: ${run("seal", { flags: "--rotate" })}`);
      }
      return await opened(profile);
    },
    open: opened,
    sealingOf: sealing,
    sealedBy(profile) {
      const text = read(profile);
      const source = typeof text === "string" ? sourceOf(text, choice()) : undefined;
      return Promise.resolve(source && kindOf(source));
    },
  };
}

async function openLogin(
  read: () => TokenSet | string | undefined,
  open: (login: string) => Promise<TokenSet>,
): Promise<TokenSet | undefined> {
  for (let login = read();;) {
    if (typeof login !== "string") return login;
    try {
      return await open(login);
    } catch (error) {
      const now = read(); // a new key may have come, and the old one gone, in the meantime
      if (now === login) throw error;
      login = now;
    }
  }
}
