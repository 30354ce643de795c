// What PostgreSQL and the network report about a failure, in our words. Rule: nothing that the
// server quotes of a statement gets into a message, and each cause that a user can fix has a sentence of its own.

import { run, type Words } from "../../base/words.ts";
import { CliError, type ErrorKind } from "../../base/errors.ts";
import { quoteWords } from "../../base/masking.ts";
import type { Address } from "./address.ts";

/** Failures that the engine itself acts on. */
export type PgCode =
  /** Another transaction has the row. */
  | "locked"
  /** The server has no place for another connection, now. */
  | "full"
  /** The connection is gone, or the server is; what it was doing may be done or not. */
  | "gone";

type Cause = readonly [kind: ErrorKind, reason: string, next: Words, code?: PgCode];

const NETWORK: Words = "check that the database runs and can be reached, then try again";
const gone = (reason: string): Cause => ["unavailable", reason, NETWORK, "gone"];

/** By SQLSTATE (PostgreSQL 17, appendix A) or its first two characters. */
const STATES: Readonly<Record<string, Cause>> = {
  "08": gone("the connection was cut"),
  "57": gone("it is starting or stopping"),
  "57014": ["unavailable", "it ended a statement that took too long", NETWORK, "locked"],
  "25P03": gone("it ended a transaction that took too long"),
  "25P04": gone("it ended a transaction that took too long"),
  "40": ["unavailable", "another transaction was in the way", NETWORK, "locked"],
  "55P03": ["unavailable", "another process has the login", NETWORK, "locked"],
  "53300": ["unavailable", "it has no free connection", NETWORK, "full"],
  "53100": ["storage", "its disk is full", "free space on the database server, then try again"],
  "28": [
    "storage",
    "it rejected the user or the password",
    "check the user and its password (PGPASSFILE, PGPASSWORD or ANAPLAN_AUTH_STORE_PASSWORD_FILE)",
  ],
  "3D000": ["storage", "the database does not exist", "check the address, or create the database"],
  "42P01": ["storage", "its tables are missing", run("store init", { flags: "ADDRESS" })],
  "42703": [
    "storage",
    "its tables are of another version",
    "use the same version of anaplan-auth on every computer",
  ],
  "42501": [
    "storage",
    "the user lacks a privilege on its tables",
    "grant SELECT, INSERT and UPDATE on anaplan_auth_logins, and SELECT on anaplan_auth_version",
  ],
  "25006": ["storage", "it is a read-only replica", "name the primary server in the address"],
};

/** By what the connection says; the first that matches. */
const CONNECTION: readonly (readonly [RegExp, Cause])[] = [
  [/ECONNREFUSED/, gone("connection refused")],
  [/failed to lookup|invalid host/, gone("the name cannot be resolved")],
  [/ENOENT/, gone("no server listens on that socket")],
  [
    /ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|timeout expired/,
    gone("no answer in time"),
  ],
  [/does not support SSL/, [
    "storage",
    "it offers no TLS",
    "turn on ssl at the server; sslmode=verify-full is needed",
  ]],
  [/NotValidForName|not valid for name|Invalid hostname/i, [
    "storage",
    "its certificate is for another name",
    "use the name in the certificate in the address",
  ]],
  [/certificate/i, [
    "storage",
    "its certificate cannot be trusted, or is out of date",
    "name its authority with ANAPLAN_CA_FILE, or renew it",
  ]],
  [/password must be a (non-empty )?string|no password/i, [
    "storage",
    "it wants a password, and none is named",
    "set PGPASSFILE, PGPASSWORD or ANAPLAN_AUTH_STORE_PASSWORD_FILE",
  ]],
  [/Unknown authenticationOk|Only mechanism/, [
    "storage",
    "it wants a way of signing in that this program does not know",
    "set scram-sha-256 for the user in pg_hba.conf",
  ]],
  [/SASL/, [
    "storage",
    "it did not prove that it knows the password",
    "check what answers at that address",
  ]],
];

const causes = new WeakMap<CliError, PgCode>();

/** What an error of `pg` is to a person. */
export function failureOf(error: unknown, { name, host, port }: Address): CliError {
  if (error instanceof CliError) return error;
  const { code = "", message: said = String(error) } = (error ?? {}) as {
    code?: string;
    message?: string;
  };
  if (said.startsWith("Requires net access")) {
    const place = host.startsWith("/") ? `unix:${host}/.s.PGSQL.${port}` : `${host}:${port}`;
    return new CliError(
      "usage",
      `Cannot reach the login store ${name}: this program may not reach it`,
      { next: `allow --allow-net=${place} where you install the program` },
    );
  }
  const isState = /^(?=.*\d)[0-9A-Z]{5}$/.test(code);
  const found = STATES[code] ??
    (isState ? STATES[code.slice(0, 2)] : undefined) ??
    CONNECTION.find(([pattern]) => pattern.test(`${code} ${said}`))?.[1];
  const [kind, reason, next, acted] = found ??
    (isState
      ? [
        "storage",
        `it answered with error ${quoteWords(code)}`,
        "look at the log of the database",
      ] as const
      : gone("the connection was cut"));
  const verb = kind === "unavailable" ? "reach" : "use";
  const failure = new CliError(kind, `Cannot ${verb} the login store ${name}: ${reason}`, {
    reason,
    next,
    cause: error,
  });
  if (acted !== undefined) causes.set(failure, acted);
  return failure;
}

/** What the engine can do about a failure. */
export function codeOf(error: unknown): PgCode | undefined {
  return error instanceof CliError ? causes.get(error) : undefined;
}
