// Which shared store is used: what the environment says, else what config.json does. Rule: a password is never saved.

import { field } from "../base/json.ts";
import { isProfileName } from "../base/words.ts";
import { quoteWords } from "../base/masking.ts";
import { readConfig } from "../files/config_fields.ts";
import { changeConfig, lockConfig } from "../files/config_file.ts";
import type { Clock } from "../files/lock_file.ts";
import type { Warn } from "../files/private_file.ts";
import type { System } from "../system/contract.ts";
import { type Address, parseAddress } from "./engines/address.ts";

import type { Engine, EngineSystem, Row } from "./engines/engine.ts";

export { type Address, parseAddress };
export type { Row };

/** The variable that names a store; `local` for the files of this computer. */
const STORE_VARIABLE = "ANAPLAN_AUTH_STORE";

/** The address of the store in use; `undefined` for the files of this computer. @throws {CliError} `usage`. */
export function presentAddress(
  configDir: string,
  { env }: Pick<System, "env">,
): Address | undefined {
  const named = env(STORE_VARIABLE);
  if (named === "local") return undefined;
  if (named !== undefined) return parseAddress(named, STORE_VARIABLE);
  const saved = field(readConfig(configDir), "store", "string");
  return saved === undefined ? undefined : parseAddress(saved, `${configDir}/config.json`);
}

/** Saves the choice of a store; `undefined` for the files of this computer. */
export async function saveAddress(
  configDir: string,
  address: Address | undefined,
  clock: Clock,
  warn: Warn,
): Promise<void> {
  using _lock = await lockConfig(configDir, clock);
  changeConfig(configDir, { store: address?.text }, warn);
}

/** Opens the engine for an address; what it needs is loaded when it is first asked. */
export function engineAt(address: Address, system: EngineSystem): Engine {
  const opened = async (): Promise<Engine> => {
    if (address.kind === "postgresql") {
      return (await import("./engines/postgresql.ts")).postgresql(address, system);
    }
    return (await import("./engines/etcd.ts")).etcd(address, system);
  };
  return {
    name: address.name,
    read: async (profile) => (await opened()).read(profile),
    async rows(warn) {
      const rows = await (await opened()).rows(warn);
      const strange = [...rows.keys()].filter((name) => !isProfileName(name));
      if (strange.length > 0) warn(leftOutWarning(strange, address));
      return new Map([...rows].filter(([name]) => isProfileName(name)));
    },
    lock: async (profile, owner) => (await opened()).lock(profile, owner),
    create: async () => (await opened()).create(),
    creation: async () => (await opened()).creation(),
    health: async () => (await opened()).health(),
  };
}

/** Rows that are named as no profile is: their names would be paths, and lines of ours. */
function leftOutWarning([first = "", ...others]: readonly string[], { name }: Address): string {
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  return `Ignored in the login store ${name}: ${
    quoteWords(first)
  }${more}, which cannot name a profile`;
}
