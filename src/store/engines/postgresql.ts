// Logins in PostgreSQL. Rule: plain SQL and nothing that a session remembers between transactions, so that PgBouncer in
// transaction mode works; the row's lock ends with the transaction, and so with its process.

import type { Address } from "./address.ts";
import type { Engine, EngineSystem, Health } from "./engine.ts";
import { openConnection, type PgConnection, type PgRow } from "./pg_client.ts";
import { codeOf } from "./pg_failure.ts";
import { lockRow } from "./pg_lock.ts";
import { assertVersion, COLUMNS, rowOf, TABLES_VERSION } from "./pg_tables.ts";
import { fitVersion } from "./row_texts.ts";

const CREATION = `CREATE TABLE IF NOT EXISTS anaplan_auth_logins (
  profile text PRIMARY KEY,
  generation bigint NOT NULL DEFAULT 0,
  login text,
  settings text,
  key_id text,
  expires_at timestamptz,
  saved_by text,
  saved_at timestamptz,
  saved_attempt text,
  attempt text,
  refreshing_by text,
  refreshing_since timestamptz
);
CREATE TABLE IF NOT EXISTS anaplan_auth_version (version integer PRIMARY KEY);
INSERT INTO anaplan_auth_version (version)
  SELECT ${TABLES_VERSION} WHERE NOT EXISTS (SELECT 1 FROM anaplan_auth_version);`;

/** Opens the logins at an address. Each call has a connection of its own. */
export function postgresql(address: Address, system: EngineSystem): Engine {
  const connect = (): Promise<PgConnection> => openConnection(address, system);
  const selected = async (where: string, values: readonly string[]): Promise<readonly PgRow[]> => {
    await using connection = await connectInTurn(connect, system);
    assertVersion(await connection.query("SELECT version FROM anaplan_auth_version"), address);
    return await connection.query(`SELECT ${COLUMNS} FROM anaplan_auth_logins ${where}`, values);
  };
  return {
    name: address.name,
    creation: () => Promise.resolve(CREATION),
    async read(profile) {
      const [row] = await selected("WHERE profile = $1", [profile]);
      return row && rowOf(row);
    },
    async rows() {
      const rows = await selected("ORDER BY profile", []);
      return new Map(rows.map((row) => [row.profile ?? "", rowOf(row)]));
    },
    lock: (profile, owner) => lockRow(profile, owner, { address, connect, system }),
    async create() {
      await using connection = await connect();
      await connection.query(CREATION);
      assertVersion(await connection.query("SELECT version FROM anaplan_auth_version"), address);
    },
    async health() {
      await using connection = await connect();
      return await healthOf(connection);
    },
  };
}

/** How long a server may have no free connection, in milliseconds. */
const FULL_DEADLINE = 8_000;

/** A connection, as soon as the server has one that is free. */
async function connectInTurn(
  connect: () => Promise<PgConnection>,
  { monotonic, sleep }: EngineSystem,
): Promise<PgConnection> {
  for (const started = monotonic();;) {
    try {
      return await connect();
    } catch (error) {
      if (codeOf(error) !== "full" || monotonic() - started > FULL_DEADLINE) throw error;
      await sleep(50 + Math.random() * 200);
    }
  }
}

async function healthOf(connection: PgConnection): Promise<Health> {
  const [server] = await connection.query(
    "SELECT current_setting('server_version') AS version, pg_is_in_recovery() AS standby, " +
      "current_setting('synchronous_commit') AS commits, current_setting('fsync') AS fsync",
  );
  const standbys = await connection.query("SELECT sync_state FROM pg_stat_replication");
  const waits = server?.commits !== "off" && server?.commits !== "local";
  const count = (test: (state: string | null | undefined) => boolean): number =>
    standbys.filter(({ sync_state }) => test(sync_state)).length;
  const sync = waits ? count((state) => state === "sync" || state === "quorum") : 0;
  const others = standbys.length - sync;
  const version = `PostgreSQL ${fitVersion(server?.version)}`;
  const replication = standbys.length === 0
    ? "no standby that this user can see"
    : `${sync} synchronous and ${others} asynchronous standbys`;
  const warning = server?.fsync === "off" || server?.commits === "off"
    ? "a crash of the server can lose the newest refresh token, and with it the login: " +
      "fsync or synchronous_commit is off"
    : sync === 0 && others > 0
    ? "a failover can lose the newest refresh token, and with it the login: no standby is synchronous"
    : undefined;
  return { version, replication, ...(warning === undefined ? {} : { warning }) };
}
