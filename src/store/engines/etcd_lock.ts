// The lock of a row in etcd: a key with a lease that is kept alive, and the one save under it. Rule: what is written
// compares the lock's own revision, so that a holder whose lease expired writes nothing. Only an ended lease frees a lock.

import { CliError } from "../../base/errors.ts";
import { field, parseObject } from "../../base/json.ts";
import { LOCK_DEADLINE, type Owner, type Row, type RowLock, SAVE_DEADLINE } from "./engine.ts";
import { keepAlive, LEASE, revokeLease } from "./etcd_lease.ts";
import { type EtcdPlace, rowIn, rowText } from "./etcd_row.ts";
import type { Operation, Transaction } from "./etcd_client.ts";
import { type Saving, takenOverError, waitForLock } from "./lock_wait.ts";

const NO_ROW: Row = { generation: "0" };

/** A row whose lock key is ours. */
interface HeldKey {
  readonly lease: string;
  /** The revision at which the lock was taken. */
  readonly locked: string;
  readonly row: Row;
  readonly text: string | undefined;
  readonly modified: string;
  /** Ends keeping it alive. */
  readonly stop: AbortController;
}

/** Takes the lock of a profile; see {@link Engine.lock}. */
export async function lockKey(profile: string, owner: Owner, place: EtcdPlace): Promise<RowLock> {
  const mine = crypto.randomUUID();
  let held = await waitForKey(profile, { ...owner, mine }, place, LOCK_DEADLINE);
  const { row } = held;
  return {
    row,
    async prepare() {
      const attempt = { id: mine, by: owner.by };
      const value = JSON.stringify({ ...parseObject(held.text ?? '{"generation":"0"}'), attempt });
      if (!await writeRow(profile, held, place, value)) throw takenOverError(place.address.name);
      const now = await place.client.get(place.loginKey(profile));
      held = { ...held, text: value, modified: now?.modified ?? "0" };
    },
    async save(next) {
      const saving = { profile, owner, mine, row, next };
      const [isSaved, last] = await saveSurely(held, saving, place);
      held = last;
      return isSaved;
    },
    async [Symbol.asyncDispose]() {
      held.stop.abort();
      const { attempt: _, ...before } = parseObject(held.text ?? "{}");
      const isOurs = rowIn(held.text ?? "{}").attempt?.id === mine;
      // nothing was saved, so the attempt has ended: the next one need not wait for it
      if (isOurs) await writeRow(profile, held, place, JSON.stringify(before)).catch(() => {});
      await revokeLease(held.lease, place);
    },
  };
}

/** Changes the row while nothing that the lock guards has changed, and the lock is ours; whether it was so. */
async function writeRow(
  profile: string,
  held: HeldKey,
  place: EtcdPlace,
  value: string,
  ...more: Operation[]
): Promise<boolean> {
  const key = place.loginKey(profile);
  const compare = [
    { key: place.lockKey(profile), modified: held.locked },
    { key, modified: held.modified },
  ];
  return await doneOrSeen(
    { compare, then: [{ put: key, value }, ...more] },
    async () => (await place.client.get(key))?.value === value,
    place,
  );
}

/** Does a transaction; when no answer came, another member may show that it was done. */
async function doneOrSeen(
  transaction: Transaction,
  isSeen: () => Promise<boolean>,
  { client }: EtcdPlace,
): Promise<boolean> {
  try {
    return await client.transact(transaction);
  } catch (error) {
    if (error instanceof CliError && error.answerLost && await isSeen()) return true;
    throw error;
  }
}

/** Saves, and after a failure finds out whether it was saved; with the lock that was taken last. */
async function saveSurely(
  first: HeldKey,
  { profile, owner, mine, row, next }: Saving,
  place: EtcdPlace,
): Promise<readonly [isSaved: boolean, last: HeldKey]> {
  const { monotonic, sleep, now } = place.system;
  const value = rowText(next, row, owner.by, mine, now());
  const unlock = { remove: place.lockKey(profile) };
  const started = monotonic();
  for (let held = first;;) {
    try {
      if (await writeRow(profile, held, place, value, unlock)) {
        return [true, { ...held, text: undefined }];
      }
      held.stop.abort();
      const again = { ...owner, mine, onlySaves: true };
      held = await waitForKey(profile, again, place, SAVE_DEADLINE); // the lease expired, or another one saved
      if (savedAttempt(held.text) === mine) return [true, held];
      if (held.row.generation !== row.generation) return [false, held];
    } catch (error) {
      // whatever it is may pass; only another save ends the login that these tokens follow
      if (monotonic() - started > SAVE_DEADLINE) throw error;
      await sleep(200);
    }
  }
}

function savedAttempt(text: string | undefined): string | undefined {
  return text === undefined ? undefined : field(parseObject(text), "savedAttempt", "string");
}

/** An owner with a name for this one lock, which no file has. */
interface Locker extends Owner {
  readonly mine: string;
}

async function waitForKey(
  profile: string,
  owner: Locker,
  place: EtcdPlace,
  deadline: number,
): Promise<HeldKey> {
  const { address: { name }, system } = place;
  const pause = (): number => 100 + Math.random() * 200;
  return await waitForLock(
    { profile, name, system, onlySaves: owner.onlySaves, deadline, pause },
    () => takenKey(profile, owner, place),
    async ({ lease, stop }) => {
      stop.abort();
      await revokeLease(lease, place);
    },
  );
}

/** The lock key with the row, when no other process has it. */
async function takenKey(
  profile: string,
  { mine, by }: Locker,
  place: EtcdPlace,
): Promise<HeldKey | undefined> {
  const { client } = place;
  const key = place.lockKey(profile);
  const other = await client.get(key);
  // ours is there already when the answer to an earlier request was lost
  if (other !== undefined && other.value.split(" ", 1)[0] !== mine) return undefined;
  const lease = field(await client.call("/v3/lease/grant", { TTL: LEASE }), "ID", "string") ?? "";
  const [value, before] = [`${mine} ${by}`, other?.modified ?? "0"];
  const revision = async (): Promise<string | undefined> => {
    const now = await client.get(key);
    return now?.value === value && now.modified !== before ? now.modified : undefined;
  };
  const isLocked = await doneOrSeen(
    { compare: [{ key, modified: before }], then: [{ put: key, value, lease }] },
    async () => await revision() !== undefined,
    place,
  );
  // both are read under the lock, if it is ours
  const [locked, row] = await Promise.all([
    isLocked ? revision() : undefined,
    isLocked ? rowOf(profile, place) : undefined,
  ]).catch(async (error) => {
    await revokeLease(lease, place); // else the next command waits until it expires
    throw error;
  });
  if (locked === undefined || row === undefined) {
    await revokeLease(lease, place);
    return undefined;
  }
  const stop = new AbortController();
  void keepAlive(lease, place, stop.signal);
  return { lease, locked, stop, ...row };
}

/** The row, and the revision that a save compares. */
async function rowOf(
  profile: string,
  { client, loginKey }: EtcdPlace,
): Promise<Pick<HeldKey, "row" | "text" | "modified">> {
  const found = await client.get(loginKey(profile));
  return {
    row: found === undefined ? NO_ROW : rowIn(found.value),
    text: found?.value,
    modified: found?.modified ?? "0",
  };
}
