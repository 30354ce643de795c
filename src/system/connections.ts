// How many connections the listeners of this program hold. Rule: never more than there are places,
// whatever is tried, so that the descriptors that the token request needs are always free.

import { succeeds } from "../base/attempts.ts";

/** A connection, as the limits see it. */
export interface Connection {
  /** Its sockets and places; disposing of them cuts it. */
  readonly sockets: DisposableStack;
  /** What is given back when nothing of it is open any more, a moment after a cut. */
  readonly end: DisposableStack;
  /** It keeps its places until then, in milliseconds of {@link patientTime}. */
  keepsPlaceUntil: number;
  /** Its request is complete, so it keeps its places until it is answered. */
  isAsking: boolean;
}

/** Takes a place for a connection; false when each one is taken. */
export type TakeSlot = (connection: Connection) => boolean;

/** A connection that has no socket yet. */
export function newConnection(): Connection {
  return {
    sockets: new DisposableStack(),
    end: new DisposableStack(),
    keepsPlaceUntil: Infinity,
    isAsking: false,
  };
}

/** The most that the clock goes on between two looks, in milliseconds. */
const LONGEST_STEP = 25;

let time = 0;
let lookedAt = performance.now();

/** A clock that is looked at often while places are taken, and goes slower when this process is late: no peer pays for that. */
function patientTime(): number {
  const now = performance.now();
  time += Math.min(now - lookedAt, LONGEST_STEP);
  lookedAt = now;
  return time;
}

/** From now on the connection keeps its places for so many milliseconds. */
export function keepPlaces(connection: Connection, milliseconds: number): void {
  connection.keepsPlaceUntil = patientTime() + milliseconds;
}

/**
 * So many places. When each is taken, the oldest connection whose time is over is cut and makes room.
 *
 * @param until what gives a place back: `sockets` at the cut, `end` when all of it is closed.
 */
export function connectionSlots(most: number, until: "sockets" | "end" = "sockets"): TakeSlot {
  const taken = new Set<Connection>();
  return (connection) => {
    const others = Array.from(taken);
    const isFull = others.length >= most;
    if (isFull && others.every(({ sockets }) => !sockets.disposed)) {
      const now = patientTime();
      const isOver = (other: Connection): boolean => !other.isAsking && other.keepsPlaceUntil < now;
      others.find(isOver)?.sockets.dispose();
    }
    if (taken.size >= most) return false;
    taken.add(connection);
    connection[until].defer(() => taken.delete(connection));
    return true;
  };
}

/** How long a connection waits before it tries again to get a place, in milliseconds. */
const PAUSE = 5;

/** Waits for a place; false when the connection was cut or `isOver` says so before it had one. */
export async function waitForSlot(
  take: TakeSlot,
  connection: Connection,
  isOver: () => boolean,
): Promise<boolean> {
  while (!isOver() && !connection.sockets.disposed) {
    if (take(connection)) return true;
    await pause(PAUSE);
  }
  return false;
}

/** Resolves after so many milliseconds. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Descriptors that are left for the token request, the login's files and users/me. */
const RESERVED = 24;

/** How many connections are held, and how many of them speak TLS, which takes three descriptors each. */
export function limits(): { readonly held: number; readonly secured: number } {
  const full = { held: 32, secured: 12 };
  const needed = RESERVED + full.held + 2 * full.secured;
  return Deno.build.os === "windows" || areFree(needed) ? full : { held: 4, secured: 2 };
}

/** Whether the system gives this program so many more descriptors. */
export function areFree(count: number): boolean {
  using files = new DisposableStack();
  return succeeds(() => {
    for (let opened = 0; opened < count; opened++) files.use(Deno.openSync("/dev/null"));
  });
}
