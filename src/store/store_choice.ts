// Which shared store is used: what the environment says, else what config.json does. Rule: a password is never saved.

import { CliError } from "../base/errors.ts";
import { field } from "../base/json.ts";
import { readConfig } from "../files/config_fields.ts";
import { lockConfig, writeConfig } from "../files/config_file.ts";
import type { Clock } from "../files/lock_file.ts";
import type { Warn } from "../files/private_file.ts";
import type { System } from "../system/contract.ts";
import { type Address, parseAddress } from "./engines/address.ts";

import type { Engine, EngineSystem, Row } from "./engines/engine.ts";

export { type Address, parseAddress };
export type { Row };

/** The variable that names a store; `local` for the files of this computer. */
export const STORE_VARIABLE = "ANAPLAN_AUTH_STORE";

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
  writeConfig(configDir, { ...readConfig(configDir), store: address?.text }, warn);
}

/** Opens the engine for an address; what it needs is loaded when it is first asked. */
export function engineAt(address: Address, system: EngineSystem): Engine {
  const opened = async (): Promise<Engine> => {
    if (address.kind === "postgresql") {
      return (await import("./engines/postgresql.ts")).postgresql(address, system);
    }
    throw new CliError("usage", `Cannot use the login store ${address.name}: it is etcd`, {
      next: "use PostgreSQL",
    });
  };
  return {
    name: address.name,
    read: async (profile) => (await opened()).read(profile),
    rows: async () => (await opened()).rows(),
    lock: async (profile, owner) => (await opened()).lock(profile, owner),
    create: async () => (await opened()).create(),
    creation: async () => (await opened()).creation(),
    health: async () => (await opened()).health(),
  };
}
