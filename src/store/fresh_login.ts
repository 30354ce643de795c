// The login of a profile as its file has it. Rule: a fresh plain login needs nothing else of this folder; what is
// sealed or shared needs more, and config.json or a variable says so.

import { run } from "../base/words.ts";
import { ifPossible } from "../base/errors.ts";
import { readIn, readPrivateFile } from "../files/private_file.ts";
import type { System } from "../system/contract.ts";
import { isSealed, parseTokenSet, type TokenSet } from "../oauth/token_set.ts";

/** The profile's login, when it is a plain one and logins are neither sealed nor shared. Takes no lock. */
export function plainLogin(
  configDir: string,
  profile: string,
  system: Pick<System, "env">,
): TokenSet | undefined {
  const config = configText(configDir);
  if (usesSharedStore(config, system)) return undefined;
  const login = readLogin(configDir, profile);
  return typeof login === "string" || mayBeSealing(config, system) ? undefined : login;
}

/** The plain login or the text of the sealed login in a profile's file. */
export function readLogin(configDir: string, profile: string): TokenSet | string | undefined {
  const parse = (text: string) => isSealed(text) ? text : parseTokenSet(text);
  return readIn(configDir, `credentials/${profile}.json`, parse, run("login", { profile }));
}

/** The text of config.json, if it can be read. */
export function configText(configDir: string): string {
  return textOf(`${configDir}/config.json`);
}

/** The text of a private file; empty when there is none that can be read. */
export function textOf(path: string): string {
  return ifPossible(() => readPrivateFile(path)) ?? "";
}

/** Whether logins are in a store that other computers also use. */
export function usesSharedStore(config: string, { env }: Pick<System, "env">): boolean {
  const named = env("ANAPLAN_AUTH_STORE");
  return named === undefined ? config.includes('"store"') : named !== "local";
}

/** Whether new logins may be sealed. */
export function mayBeSealing(config: string, { env }: Pick<System, "env">): boolean {
  return ["_FILE", "_COMMAND", ""].some((end) => env(`ANAPLAN_AUTH_KEY${end}`)) ||
    config.includes('"sealing"');
}
