// Waiting for the lock of a login in a database, and the one line that says so. Rule: the line begins before the first
// request and ends with the lock, so that it neither flickers nor promises minutes to a database that cannot be reached.

import { CliError } from "../../base/errors.ts";
import { ATTEMPT_GRACE, type EngineSystem, type NewRow, type Owner, type Row } from "./engine.ts";

/** How long a database may take that no other process keeps from answering, in milliseconds. */
const USUAL = 8_000;

interface LockWait {
  readonly profile: string;
  /** The database, as {@link Engine.name}. */
  readonly name: string;
  readonly system: EngineSystem;
  readonly onlySaves: boolean | undefined;
  /** How long the lock is waited for, in milliseconds. */
  readonly deadline: number;
  /** How long to wait before it is tried again, in milliseconds. */
  readonly pause: () => number;
}

/**
 * Waits for the lock, and for attempts that may still be alive.
 *
 * @param take gives what is locked; `undefined` while another process has it.
 */
export async function waitForLock<Held extends { readonly row: Row }>(
  { profile, name, system, onlySaves, deadline, pause }: LockWait,
  take: (waited: number) => Promise<Held | undefined>,
  giveBack: (held: Held) => Promise<unknown>,
): Promise<Held> {
  using waits = new DisposableStack();
  const say = async (limit: number): Promise<void> => {
    const said = await system.waiting?.(name, limit);
    if (said !== undefined) waits.use(said);
  };
  await say(USUAL);
  const started = system.monotonic();
  let isLong = false;
  let seen: { readonly id: string; readonly at: number } | undefined;
  for (;;) {
    const waited = system.monotonic() - started;
    const held = await take(waited);
    if (held !== undefined) {
      const { attempt } = held.row;
      if (attempt === undefined || onlySaves) return held;
      if (seen?.id !== attempt.id) seen = { id: attempt.id, at: waited };
      if (waited - seen.at >= ATTEMPT_GRACE) return held;
      await giveBack(held);
    }
    if (waited > deadline) throw heldTooLongError(profile, name, waited);
    if (!isLong) await say(deadline - waited);
    isLong = true;
    await system.sleep(pause());
  }
}

/** A save, and the lock that it is made under. */
export interface Saving {
  readonly profile: string;
  readonly next: NewRow;
  /** Names the save, so that it can be known again. */
  readonly mine: string;
  readonly owner: Owner;
  readonly row: Row;
}

export function takenOverError(name: string, row?: Row): CliError {
  const who = row?.attempt?.by ?? row?.savedBy ?? "another process";
  const reason = `${who} took over the login`;
  return new CliError("storage", `Cannot lock the login in the login store ${name}: ${reason}`, {
    reason,
    next: "try the same command again",
  });
}

function heldTooLongError(profile: string, name: string, waited: number): CliError {
  const reason = `waited ${Math.round(waited / 1000)} s for another process`;
  return new CliError(
    "storage",
    `Cannot lock profile ${profile} in the login store ${name}: ${reason}`,
    { reason, next: "try the same command again in a minute" },
  );
}
