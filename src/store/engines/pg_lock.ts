// The lock of a row in PostgreSQL, and the one save under it. Rule: `prepare` commits, which ends the transaction; the
// row is locked again at once, and an attempt that another process took over meanwhile goes no further.

import type { Address } from "./address.ts";
import {
  type EngineSystem,
  LOCK_DEADLINE,
  LONGEST_HOLD,
  type Owner,
  PROOF_LIFETIME,
  type Row,
  type RowLock,
  SAVE_DEADLINE,
} from "./engine.ts";
import type { PgConnection, PgQuery, PgRow } from "./pg_client.ts";
import { codeOf } from "./pg_failure.ts";
import { assertVersion, COLUMNS, rowOf } from "./pg_tables.ts";
import { type Saving, takenOverError, waitForLock } from "./lock_wait.ts";

interface Locking {
  readonly address: Address;
  connect(): Promise<PgConnection>;
  readonly system: EngineSystem;
}

/** How long one statement waits for the row, in milliseconds; then others get their turn. */
const LONGEST_STATEMENT_WAIT = 2_000;

const BEGIN = `BEGIN; SET LOCAL lock_timeout = ${LONGEST_STATEMENT_WAIT}; ` +
  `SET LOCAL idle_in_transaction_session_timeout = ${LONGEST_HOLD}; SELECT version FROM anaplan_auth_version`;
const LOCK = `SELECT ${COLUMNS} FROM anaplan_auth_logins WHERE profile = $1 FOR UPDATE`;
const MAKE =
  "INSERT INTO anaplan_auth_logins (profile) VALUES ($1) ON CONFLICT (profile) DO NOTHING";
const ATTEMPT = "UPDATE anaplan_auth_logins SET attempt = $2, refreshing_by = $3, " +
  "refreshing_since = now() WHERE profile = $1 AND generation = $4::bigint RETURNING profile";
const GIVE_UP = "UPDATE anaplan_auth_logins SET attempt = NULL, refreshing_by = NULL, " +
  "refreshing_since = NULL WHERE profile = $1 AND attempt = $2";
const SAVE =
  "UPDATE anaplan_auth_logins SET generation = generation + 1, login = $2, settings = $3, " +
  "key_id = $4, expires_at = to_timestamp($5::double precision), saved_by = $6, saved_at = now(), " +
  "saved_attempt = $7, attempt = NULL, refreshing_by = NULL, refreshing_since = NULL " +
  "WHERE profile = $1 AND generation = $8::bigint RETURNING profile";

/** Takes the lock of a profile's row; see {@link Engine.lock}. */
export async function lockRow(profile: string, owner: Owner, locking: Locking): Promise<RowLock> {
  let held = await waitForRow(profile, owner, locking, LOCK_DEADLINE);
  const { row } = held;
  let attempt: string | undefined;
  return {
    row,
    async prepare() {
      const mine = crypto.randomUUID();
      attempt = mine;
      const values = [profile, mine, owner.by, row.generation];
      const commit = [[ATTEMPT, values], ["COMMIT"]] as const;
      const now = await relockRow(profile, held.connection, commit, locking);
      if (now?.attempt?.id === mine && now.generation === row.generation) return;
      attempt = undefined;
      throw takenOverError(locking.address.name, now);
    },
    async save(next) {
      const saving = { profile, next, mine: attempt ?? crypto.randomUUID(), owner, row };
      const [isSaved, last] = await saveSurely(held, saving, locking);
      held = last;
      if (isSaved) attempt = undefined;
      return isSaved;
    },
    async [Symbol.asyncDispose]() {
      await using connection = held.connection;
      // nothing was saved, so the attempt has ended: the next one need not wait for it
      if (attempt !== undefined) await giveUp([profile, attempt], connection, locking);
    },
  };
}

/** Ends an attempt, by another connection when the first one broke. What fails costs the next one its patience. */
async function giveUp(
  attempt: readonly [profile: string, id: string],
  first: PgConnection,
  { connect }: Locking,
): Promise<void> {
  try {
    if (!first.isBroken()) return void await first.queries([GIVE_UP, attempt], ["COMMIT"]);
  } catch {
    // it broke right now, perhaps: the attempt has a name, so that it is ended once
  }
  try {
    await using second = await connect();
    await second.query(GIVE_UP, attempt);
  } catch {
    // the database cannot be reached
  }
}

/** Saves, and after a connection that broke finds out whether it was saved; with the row that was locked last. */
async function saveSurely(
  first: HeldRow,
  saving: Saving,
  locking: Locking,
): Promise<readonly [isSaved: boolean, last: HeldRow]> {
  const { monotonic, sleep } = locking.system;
  const started = monotonic();
  for (let held = first;;) {
    try {
      if (held.connection.isBroken()) {
        held = await waitForRow(saving.profile, { onlySaves: true }, locking, SAVE_DEADLINE);
      }
      return [held.savedAttempt === saving.mine || await saveOnce(held.connection, saving), held];
    } catch (error) {
      if (codeOf(error) === undefined || monotonic() - started > SAVE_DEADLINE) throw error;
      await held.connection[Symbol.asyncDispose]();
      await sleep(200);
    }
  }
}

async function saveOnce(
  connection: PgConnection,
  { profile, next, mine, owner, row }: Saving,
): Promise<boolean> {
  const { login, settings, expiresAt, keyId } = next;
  const ends = expiresAt === undefined ? null : `${expiresAt / 1000}`;
  const texts = [login ?? null, settings ?? null, keyId ?? null];
  const values = [profile, ...texts, ends, owner.by, mine, row.generation];
  const [saved = []] = await connection.queries([SAVE, values], ["COMMIT"]);
  return saved.length > 0;
}

/** A row that is locked by the connection's transaction. */
interface HeldRow {
  readonly connection: PgConnection;
  readonly row: Row;
  readonly savedAttempt: string | null | undefined;
}

async function waitForRow(
  profile: string,
  { onlySaves }: Pick<Owner, "onlySaves">,
  { address, connect, system }: Locking,
  deadline: number,
): Promise<HeldRow> {
  let connection: PgConnection | undefined;
  const end = async (): Promise<void> => {
    await connection?.[Symbol.asyncDispose]();
    connection = undefined;
  };
  const take = async (waited: number): Promise<HeldRow | undefined> => {
    try {
      connection ??= await connect();
      const row = await tryLockRow(profile, connection, address);
      return row && { connection, row: rowOf(row), savedAttempt: row.saved_attempt };
    } catch (error) {
      if (codeOf(error) !== "full" || waited >= deadline) throw error;
      await end();
      return undefined;
    }
  };
  const pause = (): number => 40 + Math.random() * 120;
  const wait = { profile, name: address.name, system, onlySaves, deadline, pause };
  try {
    return await waitForLock(wait, take, (held) => held.connection.query("ROLLBACK"));
  } catch (error) {
    await end();
    throw error;
  }
}

/**
 * Locks the row, which is made when it does not exist; `undefined` while another transaction has it.
 *
 * @param commit the end of another transaction, which is sent together with this one.
 */
async function tryLockRow(
  profile: string,
  connection: PgConnection,
  address: Address,
  commit: readonly PgQuery[] = [],
): Promise<PgRow | undefined> {
  try {
    const all = await connection.queries(...commit, [BEGIN], [LOCK, [profile]]);
    const [version = [], [row] = []] = all.slice(commit.length);
    assertVersion(version, address);
    if (row !== undefined) return row;
    await connection.query(MAKE, [profile]);
    const [made] = await connection.query(LOCK, [profile]);
    return made;
  } catch (error) {
    if (codeOf(error) !== "locked") throw error;
    await connection.query("ROLLBACK");
    return undefined;
  }
}

/** Commits and locks the row again; others may have it for a moment, to see that it is not theirs. */
async function relockRow(
  profile: string,
  connection: PgConnection,
  commit: readonly PgQuery[],
  { address, system }: Locking,
): Promise<Row | undefined> {
  const started = system.monotonic();
  for (let before = commit;; before = []) {
    const row = await tryLockRow(profile, connection, address, before);
    if (row !== undefined) return rowOf(row);
    if (system.monotonic() - started > PROOF_LIFETIME) return undefined;
  }
}
