// What a database has to do for logins that several computers share. Rule: an engine sees sealed texts only, and a
// save of it counts over the generation that was locked and over no other.

import type { System } from "../../system/contract.ts";

/** What an engine needs of the world. */
export type EngineSystem =
  & Pick<System, "env" | "trace" | "sleep" | "monotonic" | "now" | "fetch">
  & Partial<Pick<System, "waiting">>;

/** What a database keeps of a profile. All but the two sealed texts is for its administrator to see. */
export interface Row {
  /** Changes with each save; `0` before the first one. */
  readonly generation: string;
  /** The sealed login; without it you are not signed in. */
  readonly login?: string | undefined;
  /** The profile's sealed settings. */
  readonly settings?: string | undefined;
  /** Which process saved it, such as `worker-3, process 812`. */
  readonly savedBy?: string | undefined;
  /** In milliseconds since the epoch. */
  readonly savedAt?: number | undefined;
  /** A refresh that began and did not report back. */
  readonly attempt?: Attempt | undefined;
}

/** A refresh that began: from then on its refresh token may be used up. */
export interface Attempt {
  readonly id: string;
  readonly by: string;
}

/** What is saved. */
export interface NewRow extends Pick<Row, "login" | "settings"> {
  /** When the access token expires, in milliseconds since the epoch. */
  readonly expiresAt?: number | undefined;
  readonly keyId?: string | undefined;
}

/**
 * Who takes a lock. Nothing here frees a lock that another process has: two copies of a computer have the same names and
 * files.
 */
export interface Owner {
  /** For people. */
  readonly by: string;
  /** Only saves what it has: an attempt that may be alive need not be waited for, since a save is fenced. */
  readonly onlySaves?: boolean;
}

/** A row that no other process can change. */
export interface RowLock extends AsyncDisposable {
  readonly row: Row;
  /**
   * Commits that a refresh begins, and still has the lock afterwards.
   *
   * @throws {CliError} when it does not; nothing irreversible may be done then.
   */
  prepare(): Promise<void>;
  /**
   * Saves over the generation that was locked, and ends the lock. A connection that breaks is opened again until it is
   * known whether the save was committed.
   *
   * @returns whether it was saved; else another process was first.
   * @throws {CliError} `unavailable` when that cannot be known.
   */
  save(row: NewRow): Promise<boolean>;
}

/** What `store status` says about a database. */
export interface Health {
  readonly version: string;
  /** How commits get to other servers, in words. */
  readonly replication: string;
  /** What can be lost, when something can. */
  readonly warning?: string;
}

/** A database that keeps logins. Each failure leaves it as a CliError whose message names the database. */
export interface Engine {
  /** Such as `db.example.com:5432`. */
  readonly name: string;
  read(profile: string): Promise<Row | undefined>;
  /** The row of each profile. What another program wrote under a name that is no profile's is left out. */
  rows(warn: (text: string) => void): Promise<ReadonlyMap<string, Row>>;
  lock(profile: string, owner: Owner): Promise<RowLock>;
  /** Makes what the logins are kept in; what is there already stays. */
  create(): Promise<void>;
  /** What {@link Engine.create} does, as an administrator would type it. */
  creation(): Promise<string>;
  health(): Promise<Health>;
}

/** How long after a holder prepared its request may be sent, in milliseconds; later it has to prepare again. */
export const PROOF_LIFETIME = 5_000;
/** How long a token request takes at the longest, in milliseconds, with an answer that comes in drops. */
const LONGEST_REQUEST = 120_000;
/** How long a save tries to reach the database again, in milliseconds: a standby may have to be promoted. */
export const SAVE_DEADLINE = 30_000;
/**
 * How long an attempt is left alone after it was first seen without its lock, in milliseconds: its process may be alive,
 * wait for its answer, and save that.
 */
export const ATTEMPT_GRACE = PROOF_LIFETIME + LONGEST_REQUEST + SAVE_DEADLINE;
/** How long a holder may take at the longest, in milliseconds: longer than a refresh with all its retries. */
export const LONGEST_HOLD = 150_000;
/** How long a lock is waited for, in milliseconds. */
export const LOCK_DEADLINE = LONGEST_HOLD + ATTEMPT_GRACE + 50_000;
/** How long one process of a computer may have its login's lock, in milliseconds: it delivers, waits, holds and saves. */
export const HERE_DEADLINE = LOCK_DEADLINE + LONGEST_HOLD + SAVE_DEADLINE + 105_000;
