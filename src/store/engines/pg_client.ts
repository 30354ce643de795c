// One connection to PostgreSQL. Rule: each wait has an end, and a connection that was given up is never used again.

import { CliError } from "../../base/errors.ts";
import { readNamedFile } from "../../files/named_file.ts";
import type { System } from "../../system/contract.ts";
import type { Address } from "./address.ts";
import type { EngineSystem } from "./engine.ts";
import { passwordFor } from "./password.ts";
import { codeOf, failureOf } from "./pg_failure.ts";
import type { PgStream } from "./pg_stream.ts";
import { type OpeningWire, openWire } from "./pg_wire.ts";

/** What a query brings: a row is its columns by name, each as text or `null`. */
export type PgRow = Readonly<Record<string, string | null>>;

/** A connection; disposing of it ends it, and what it did not commit. */
export interface PgConnection extends AsyncDisposable {
  /** Whether it cannot be used again. */
  isBroken(): boolean;
  /** @throws {CliError} as {@link failureOf}. */
  query(...query: PgQuery): Promise<readonly PgRow[]>;
  /**
   * Sends queries of one transaction together, which spares waiting for each; the rows of each. After one that fails
   * the server does none of the rest, and a COMMIT among them rolls back.
   *
   * @throws {CliError} as {@link failureOf}, of the first that failed.
   */
  queries(...queries: readonly PgQuery[]): Promise<readonly (readonly PgRow[])[]>;
}

/** A statement and its values; several statements, separated by semicolons, have none. */
export type PgQuery = readonly [text: string, values?: readonly (string | null)[]];

/** The part of `pg` that is used. */
interface PgClient {
  on(event: "error", heard: () => void): void;
  connect(): Promise<unknown>;
  getStartupConf(): object;
  query(query: object): Promise<PgResult | readonly PgResult[]>;
  end(): Promise<void>;
  readonly connection: {
    on(event: `authentication${"Cleartext" | "MD5"}Password`, heard: () => void): void;
    readonly stream: PgStream;
  };
}

interface PgResult {
  readonly rows: readonly PgRow[];
}

/** How long to wait for a connection, in milliseconds. */
const CONNECT_TIMEOUT = 5_000;
/** How long to wait for an answer, in milliseconds: longer than a statement waits for a lock. */
const QUERY_TIMEOUT = 8_000;
/** How long to say goodbye, in milliseconds. */
const END_TIMEOUT = 500;

/** How much one connection may bring, in bytes: thousands of logins. `pg` itself has no bound. */
const LIMIT = 8 << 20;

/** Opens a connection. @throws {CliError} as {@link failureOf}. */
export async function openConnection(
  address: Address,
  system: Pick<EngineSystem, "env" | "trace" | "waiting">,
): Promise<PgConnection> {
  const opening = openWire(address, authorities(address, system));
  const client = await clientFor(address, opening, system).catch((error) => {
    opening.cut();
    throw error;
  });
  const { stream } = client.connection;
  let isBroken = false;
  client.on("error", () => {}); // the next query fails
  let waits = 0;
  const asked = async <T>(what: string, work: Promise<T>, limit: number): Promise<T> => {
    // one line for all that is asked together; not awaited, since the work may fail meanwhile
    const wait = waits++ === 0 ? system.waiting?.(address.name, QUERY_TIMEOUT) : undefined;
    try {
      return await within(limit, work, () => stream.destroy(new Error("timeout expired")));
    } catch (error) {
      const failure = failureOf(error, address);
      isBroken ||= failure === error || codeOf(failure) === "gone";
      system.trace(() => `< ${address.name}: ${what}: ${failure.message}`);
      throw failure;
    } finally {
      waits--;
      (await wait)?.[Symbol.dispose]();
    }
  };
  await asked("connect", client.connect(), CONNECT_TIMEOUT).catch((error) => {
    stream.destroy();
    throw error;
  });
  return toConnection(client, () => isBroken, (text, values) => {
    system.trace(() => `> ${address.name}: ${text.split(/[\s;]/, 1)[0]}`);
    const query = values.length === 0 ? { text } : { text, values };
    return asked("query", client.query(query), QUERY_TIMEOUT);
  });
}

/**
 * The work's result; what takes longer is cut off. By AbortSignal.timeout, as the limits of `pg` are not: the first
 * setTimeout of a process loads node:timers for 10 ms.
 */
async function within<T>(milliseconds: number, work: Promise<T>, cut: () => void): Promise<T> {
  const limit = AbortSignal.timeout(milliseconds);
  limit.addEventListener("abort", cut);
  try {
    return await work;
  } finally {
    limit.removeEventListener("abort", cut);
  }
}

/** A client that is not connected yet. */
async function clientFor(
  address: Address,
  opening: OpeningWire,
  system: Pick<System, "env">,
): Promise<PgClient> {
  await opening.asked; // loading keeps the one thread busy for longer than the server needs to answer
  const { PgClass, pgStream } = await import("./pg_stream.ts");
  const password = (await passwordFor(address, system))?.reveal() ?? "";
  const { user, path: database } = address;
  let isToBeShown = false;
  const client: PgClient = new PgClass({
    ...FIXED,
    ...{ host: address.host, port: address.port, user, database },
    stream: pgStream(opening),
    // a function, since `pg` would look for another password in place of an empty one
    password: () => isToBeShown ? Promise.reject(wantsPassword(address)) : password,
  });
  const ask = (): void => void (isToBeShown = !address.isEncrypted);
  client.connection.on("authenticationCleartextPassword", ask);
  client.connection.on("authenticationMD5Password", ask);
  limitInput(client, address);
  // the first message (PostgreSQL 17, 53.7); `pg` would add what PGOPTIONS and others say
  client.getStartupConf = () => ({ user, database, application_name: "anaplan-auth" });
  return client;
}

/** A connection that is open; `ask` sends one query. */
function toConnection(
  client: PgClient,
  isBroken: () => boolean,
  ask: (...query: Required<PgQuery>) => Promise<PgResult | readonly PgResult[]>,
): PgConnection {
  let isInTransaction = false;
  let isEnded = false;
  const query = async (...[text, values = []]: PgQuery): Promise<readonly PgRow[]> => {
    const isLast = /^(COMMIT|ROLLBACK)$/.test(text);
    isInTransaction = !isLast && (isInTransaction || text.startsWith("BEGIN"));
    return [await ask(text, values)].flat().at(-1)?.rows ?? [];
  };
  return {
    ...{ isBroken: () => isEnded || isBroken(), query },
    async queries(...queries) {
      const results = await Promise.allSettled(queries.map((each) => query(...each)));
      return results.map((result) => {
        if (result.status === "rejected") throw result.reason;
        return result.value;
      });
    },
    async [Symbol.asyncDispose]() {
      isEnded = true;
      const { stream } = client.connection;
      if (!isInTransaction) return void stream.destroy(); // the server's goodbye is not waited for
      await within(END_TIMEOUT, client.end(), () => stream.destroy()).catch(() => {});
    },
  };
}

/** What every connection has. */
const FIXED = {
  ssl: false, // the stream sees to it
  sslnegotiation: "postgres", // else PGSSLNEGOTIATION
  pipeline: true,
  // every column as the server wrote it: a time in seconds is made of text by who asked for it
  types: { getTypeParser: () => (value: string) => value },
};

/** The authorities that are named for the server's certificate, as PEM texts. */
function authorities({ parameters, isEncrypted }: Address, { env }: Pick<System, "env">): string[] {
  if (!isEncrypted) return [];
  const named = [
    ["sslrootcert", parameters.get("sslrootcert")],
    ["ANAPLAN_CA_FILE", env("ANAPLAN_CA_FILE")],
    ["SSL_CERT_FILE", env("SSL_CERT_FILE")],
  ] as const;
  return named.flatMap(([naming, path]) => path ? [readNamedFile(path, naming)] : []);
}

/** Cuts a connection that brings too much, such as notices without end. */
function limitInput({ connection: { stream } }: PgClient, { name }: Address): void {
  let left = LIMIT;
  stream.on("data", ({ length }) => {
    left -= length;
    if (left >= 0) return;
    const reason = "it sent more than 8 MiB at once";
    const error = new CliError("storage", `Cannot use the login store ${name}: ${reason}`, {
      reason,
      next: "check what answers at that address, and which rows are in it",
    });
    stream.destroy(error);
  });
}

/** Without TLS any program here may be the one that listens: it gets no password that it could use. */
function wantsPassword({ name }: Address): CliError {
  const reason = "it wants the password itself, and the connection is not encrypted";
  return new CliError("storage", `Cannot use the login store ${name}: ${reason}`, {
    reason,
    next: "set scram-sha-256 for the user in pg_hba.conf, or use sslmode=verify-full",
  });
}
