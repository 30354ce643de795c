// The tables in PostgreSQL and what a row of them says. Rule: a program of another version changes nothing in them.

import { run } from "../../base/words.ts";
import { CliError } from "../../base/errors.ts";
import { codeOrQuoted } from "../../base/names.ts";
import type { Address } from "./address.ts";
import type { Row } from "./engine.ts";
import type { PgRow } from "./pg_client.ts";
import { fitRow } from "./row_texts.ts";

export const TABLES_VERSION = "1";

/** The columns of a row; {@link rowOf} reads them. */
export const COLUMNS = "profile, generation, login, settings, saved_by, saved_attempt, attempt, " +
  "refreshing_by, extract(epoch FROM saved_at) AS saved_at";

export function rowOf(row: PgRow): Row {
  const text = (name: string): string | undefined => row[name] ?? undefined;
  const attempt = text("attempt");
  const savedAt = text("saved_at");
  return {
    login: text("login"),
    settings: text("settings"),
    ...fitRow({
      generation: text("generation"),
      savedBy: text("saved_by"),
      savedAt: savedAt === undefined ? undefined : Number(savedAt) * 1000,
      attempt: attempt === undefined ? undefined : { id: attempt, by: text("refreshing_by") ?? "" },
    }),
  };
}

/** @throws {CliError} `storage` when another version of the program made the tables. */
export function assertVersion([row]: readonly PgRow[], { name }: Address): void {
  if (row?.version === TABLES_VERSION) return;
  const reason = row === undefined
    ? "its tables have no version"
    : `its tables have version ${codeOrQuoted(row.version ?? "")}`;
  throw new CliError(
    "storage",
    `Cannot use the login store ${name}: ${reason}, and this program uses ${TABLES_VERSION}`,
    {
      next: row === undefined
        ? run("store init", { flags: "ADDRESS" })
        : "use the same version of anaplan-auth on every computer",
    },
  );
}
