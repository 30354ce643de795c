// Keeps one login per profile. Rule: reading takes no lock; saving and removing exist on the lock alone.

import { asObject, parseObject } from "../base/json.ts";
import type { KeyChoice } from "./key_source.ts";
import type { LockedLogin, LockSystem } from "./locked_login.ts";
import { ifPossible, listDirectory, readIn } from "../files/private_directory.ts";
import type { Warn } from "../files/private_file.ts";
import { loginCommandOf } from "../base/text.ts";
import type { Sealing } from "./sealing.ts";
import { isSealed, parseTokenSet, type TokenSet } from "./token_set.ts";

/** The logins on disk. */
export interface Store {
  /** The profile's login, or `undefined` when there is none. Takes no lock. */
  load(profile: string): Promise<TokenSet | undefined>;
  /** Waits until nobody else can change the profile's login. */
  lock(profile: string): Promise<LockedLogin>;
  /** The profiles that have a login, sorted. */
  names(): string[];
  /** The file that holds the profile's login. */
  pathOf(profile: string): string;
  /** What keeps the key of the profile's login; `undefined` when it is not sealed. */
  sealedBy(profile: string): Promise<"keychain" | "file" | "command" | "environment" | undefined>;
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
  warn: Warn,
  chosen?: KeyChoice,
): Store {
  const directory = `${configDir}/credentials`;
  const pathOf = (profile: string): string => `${directory}/${profile}.json`;
  const read = (profile: string): TokenSet | string | undefined => {
    const parse = (text: string) => isSealed(text) ? text : parseTokenSet(text);
    return readIn(configDir, `credentials/${profile}.json`, parse, loginCommandOf(profile));
  };
  const sealingFor = async (profile: string): Promise<Sealing> => {
    const [{ sealingOf }, { presentChoice }] = await Promise.all([
      import("./sealing.ts"),
      import("./key_source.ts"),
    ]);
    return sealingOf(profile, () => chosen ?? presentChoice(configDir, system), system);
  };
  const opened = async (profile: string): Promise<TokenSet | undefined> => {
    for (let text = read(profile);;) {
      if (typeof text !== "string") return text;
      const { open } = await sealingFor(profile);
      try {
        return await open(text, pathOf(profile));
      } catch (error) {
        const now = read(profile); // a new key may have come, and the old one gone, in the meantime
        if (now === text) throw error;
        text = now;
      }
    }
  };
  return {
    async load(profile) {
      const login = read(profile);
      if (typeof login === "string") return await opened(profile);
      if (login !== undefined && chosen === undefined && isSealingChosen(configDir, system)) {
        warn(`${pathOf(profile)} is not sealed yet; to seal it: anaplan-auth seal`);
      }
      return login;
    },
    pathOf,
    names: () => namesOf(listDirectory(directory)),
    async lock(profile) {
      const [{ lockLogin }, sealing] = await Promise.all([
        import("./locked_login.ts"),
        sealingFor(profile),
      ]);
      const place = { configDir, path: pathOf(profile), load: () => opened(profile), sealing };
      return await lockLogin(place, system, warn);
    },
    async sealedBy(profile) {
      const text = read(profile);
      if (typeof text !== "string") return undefined;
      const [{ sourceOf }, { kindOf, presentChoice }] = await Promise.all([
        import("./sealing.ts"),
        import("./key_source.ts"),
      ]);
      const source = sourceOf(text, chosen ?? presentChoice(configDir, system));
      return source && kindOf(source);
    },
  };
}

function namesOf(files: readonly string[]): string[] {
  return files.filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -5));
}

/** Whether new logins are sealed; in this file, since a plain one that is fresh needs nothing more. */
function isSealingChosen(configDir: string, { env }: LockSystem): boolean {
  if (env("ANAPLAN_AUTH_KEY_FILE") ?? env("ANAPLAN_AUTH_KEY_COMMAND") ?? env("ANAPLAN_AUTH_KEY")) {
    return true;
  }
  const read = (text: string) => asObject(parseObject(text).sealing)?.key !== undefined;
  return ifPossible(() => readIn(configDir, "config.json", read, "")) ?? false;
}
