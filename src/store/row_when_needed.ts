// The row of a login under its lock, as a command needs it. Rule: a save gives up the lock.

import { CliError } from "../base/errors.ts";
import type { NewRow, Owner, Row, RowLock } from "./engines/engine.ts";
import type { SharedPlace } from "./shared_place.ts";

/** The row, which is locked when it is first needed: what another process here has just saved needs no lock. */
export interface RowWhenNeeded {
  get(): Promise<RowLock>;
  /** The row as it was locked; from the second time on as it is now: a lock that took too long is lost. */
  present(): Promise<Row | undefined>;
  /** Saves and gives up the lock. @throws {CliError} `storage` when another process was first. */
  save(row: NewRow): Promise<void>;
  end(): Promise<void>;
}

/** The row of a place; its lock is not taken yet. */
export function rowWhenNeeded(place: SharedPlace, owner: Owner): RowWhenNeeded {
  let held: RowLock | undefined;
  const get = async (): Promise<RowLock> => held ??= await place.engine.lock(place.profile, owner);
  let isRead = false;
  const end = async (): Promise<void> => {
    const ended = held;
    held = undefined;
    await ended?.[Symbol.asyncDispose]();
  };
  return {
    ...{ get, end },
    async present() {
      const { row } = await get();
      if (isRead) return await place.engine.read(place.profile);
      isRead = true;
      return row;
    },
    async save(row) {
      if (await (await get()).save(row)) return await end();
      const reason = "another process was first";
      const { name } = place.engine;
      throw new CliError("storage", `Cannot save in the login store ${name}: ${reason}`, {
        reason,
        next: "run the same command again",
      });
    },
  };
}
