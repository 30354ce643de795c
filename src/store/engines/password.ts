// The password of a shared store's user. Rule: it comes from the environment or a private file, and goes into the
// connection alone.

import { shell, shellWord } from "../../base/words.ts";
import { CliError } from "../../base/errors.ts";
import { Secret } from "../../base/secret.ts";
import { readNamedSecret } from "../../files/named_file.ts";
import { checkPrivateFile, readPrivateFile } from "../../files/private_file.ts";
import type { System } from "../../system/contract.ts";
import type { Address } from "./address.ts";

const FILE_VARIABLE = "ANAPLAN_AUTH_STORE_PASSWORD_FILE";

/**
 * The password for an address: the one in the address, in the file that a variable names, in `PGPASSWORD`, or in
 * PostgreSQL's password file; `undefined` when there is none.
 *
 * @throws {CliError} `usage` or `storage` when a file that is named cannot be used.
 */
export async function passwordFor(
  address: Address,
  system: Pick<System, "env">,
): Promise<Secret | undefined> {
  const { env } = system;
  if (address.password !== undefined) return address.password;
  const file = env(FILE_VARIABLE);
  if (file !== undefined) {
    return new Secret((await readNamedSecret(file, FILE_VARIABLE)).replace(/\r?\n$/, ""));
  }
  if (address.kind !== "postgresql") return undefined;
  const given = env("PGPASSWORD");
  return given === undefined ? inPasswordFile(address, system) : new Secret(given);
}

/** PostgreSQL 17, 32.16: the first line whose fields match; `*` matches anything, and `\` escapes. */
function inPasswordFile(address: Address, { env }: Pick<System, "env">): Secret | undefined {
  const named = env("PGPASSFILE");
  const home = env("HOME") ?? env("APPDATA");
  const path = named ?? (home && `${home}/.pgpass`);
  if (path === undefined || !isPrivate(path)) return undefined;
  const host = address.host.startsWith("/") ? "localhost" : address.host;
  const wanted = [host, `${address.port}`, address.path, address.user ?? ""];
  for (const line of (readPrivateFile(path) ?? "").split(/\r?\n/)) {
    const fields = Array.from(
      line.matchAll(/((?:\\.|[^:\\])*)(?::|$)/g),
      ([, field = ""]) => field,
    );
    const values = fields.map((field) => field.replace(/\\(.)/g, "$1"));
    const isMatch = !line.startsWith("#") && values.length > wanted.length &&
      wanted.every((value, index) => fields[index] === "*" || values[index] === value);
    if (isMatch) return new Secret(values[wanted.length] ?? "");
  }
  return undefined;
}

/** Whether the file is there. @throws {CliError} `storage` when others can read it. */
function isPrivate(path: string): boolean {
  try {
    return checkPrivateFile(path, "read");
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== "open_to_others") throw error;
    throw error.with({ next: shell(`chmod 600 ${shellWord(path)}`) });
  }
}
