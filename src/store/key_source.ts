// Which key seals the logins: what the environment says, else what config.json does. Rule: a source names a key and
// never holds it.

import { CliError, ifPossible } from "../base/errors.ts";
import { asObject, field, type Fields } from "../base/json.ts";
import { MOVE_ADVICE, readConfig } from "../files/config_fields.ts";
import { realPath } from "../files/real_path.ts";
import type { System } from "../system/contract.ts";
import { KEY_HELPERS } from "../system/key_needs.ts";

export interface KeySource {
  readonly by: "keychain" | "file" | "command" | "value";
  /** The keychain's helper, the file's path, the command, or the variable that holds the key itself. */
  readonly name: string;
  /** The key's id; the environment does not say it. */
  readonly id?: string;
  /** The configuration directory for which the key was made; only there it may be removed. */
  readonly madeFor?: string;
  /** The variable that names the source. */
  readonly variable?: string;
}

/** What keeps the key of a sealed login. */
export type KeyKind = "keychain" | "file" | "command" | "environment";

/** What logins are sealed and opened with. */
export interface KeyChoice {
  /** Seals what is saved from now on; without it nothing is sealed. */
  readonly key?: KeySource | undefined;
  /** Keys that logins may still be sealed with: a change from one key to another is not complete. */
  readonly old: readonly KeySource[];
}

/** The program that reaches a keychain. */
export function helperOf(name = ""): string {
  return `docker-credential-${name}`;
}

/** How `status` and `--json` name what keeps a login's key. */
export function kindOf({ by, variable }: KeySource): KeyKind {
  return variable !== undefined || by === "value" ? "environment" : by;
}

/** The source in words, such as `the keychain (docker-credential-pass)`. */
export function describeSource({ by, name, variable }: KeySource): string {
  if (by === "keychain") return `the keychain (${helperOf(name)})`;
  if (by === "value") return name;
  return variable === undefined ? `${by === "file" ? "" : "the key command "}${name}` : variable;
}

/** Whether another directory has the key, whose config.json was copied here; one that is gone was moved here. */
export function belongsToAnotherDirectory({ madeFor }: KeySource, configDir: string): boolean {
  const place = madeFor && ifPossible(() => realPath(madeFor));
  return place !== undefined && place !== realPath(configDir);
}

/** The choice that counts now. @throws {CliError} `storage` when config.json cannot be read. */
export function presentChoice(configDir: string, system: Pick<System, "env">): KeyChoice {
  const key = keyInEnvironment(system);
  return key === undefined ? savedChoice(configDir) : { key, old: [] };
}

/** The key that a variable names or holds; it goes before the saved choice. */
export function keyInEnvironment({ env }: Pick<System, "env">): KeySource | undefined {
  const [file, command, value] = [
    "ANAPLAN_AUTH_KEY_FILE",
    "ANAPLAN_AUTH_KEY_COMMAND",
    "ANAPLAN_AUTH_KEY",
  ] as const;
  const [path, line] = [env(file), env(command)];
  if (path !== undefined) return { by: "file", name: path, variable: file };
  if (line !== undefined) return { by: "command", name: line, variable: command };
  return env(value) === undefined ? undefined : { by: "value", name: value, variable: value };
}

/** The choice in config.json. @throws {CliError} `storage` when the file cannot be read, or names no key for it. */
export function savedChoice(configDir: string): KeyChoice {
  const { sealing } = readConfig(configDir);
  if (sealing === undefined) return { old: [] };
  const { key, old = [] } = asObject(sealing) ?? {};
  const sources = (Array.isArray(old) ? old : [undefined])
    .map((source) => parseSource(asObject(source), configDir));
  if (key === undefined && sources.length > 0) return { old: sources };
  return { key: parseSource(asObject(key), configDir), old: sources };
}

/** @throws {CliError} `storage`: to go on without it would save plain text, or another key's. */
function parseSource(fields: Fields | undefined, configDir: string): KeySource {
  const [by, name, id] = ["by", "name", "id"].map((key) => field(fields ?? {}, key, "string"));
  const isKnown = by === "file" || by === "command" ||
    by === "keychain" && KEY_HELPERS.includes(helperOf(name));
  const madeFor = field(fields ?? {}, "madeFor", "string");
  if (isKnown && name !== undefined && id !== undefined) {
    return madeFor === undefined ? { by, name, id } : { by, name, id, madeFor };
  }
  throw new CliError(
    "storage",
    `Cannot use ${configDir}/config.json: it does not say where the key of the logins is`,
    { next: MOVE_ADVICE },
  );
}
