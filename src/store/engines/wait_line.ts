// The one line that says what is waited for while a login is locked. Rule: it begins before the first request and ends
// with the lock, so that it neither flickers nor promises minutes to a database that cannot be reached.

import type { EngineSystem } from "./engine.ts";

/** The line until it is disposed of. */
export interface WaitLine extends Disposable {
  /** Another process has the login: it may take so many milliseconds more. */
  isHeld(limit: number): Promise<void>;
}

/** How long a database may take that no other process keeps from answering, in milliseconds. */
const USUAL = 8_000;

/** Begins the line for a database. */
export async function waitLine(
  name: string,
  { waiting }: Pick<EngineSystem, "waiting">,
): Promise<WaitLine> {
  const waits = new DisposableStack();
  const wait = async (limit: number): Promise<void> => {
    const said = await waiting?.(name, limit);
    if (said !== undefined) waits.use(said);
  };
  await wait(USUAL);
  let isLong = false;
  return {
    async isHeld(limit) {
      if (!isLong) await wait(limit);
      isLong = true;
    },
    [Symbol.dispose]: () => waits.dispose(),
  };
}
