// A free port, for the listener of one test.
// Rule: taken from below the range that systems give out by themselves, so that no program gets it in between.

const LOWEST = 10_240;
const COUNT = 20_000;
const MOST_TRIES = 50;

/** A port that is free on 127.0.0.1 and, where there is one, on ::1. */
export function freePort(): number {
  for (let count = 0; count < MOST_TRIES; count++) {
    const port = LOWEST + Math.floor(Math.random() * COUNT);
    if (isFree("127.0.0.1", port) && isFree("::1", port)) return port;
  }
  throw new Error(`No free port found in ${MOST_TRIES} tries`);
}

/** Whether a listener could be opened there. */
export function isFree(hostname: string, port: number): boolean {
  try {
    Deno.listen({ hostname, port }).close();
    return true;
  } catch (error) {
    return error instanceof Deno.errors.AddrNotAvailable; // a machine without IPv6
  }
}
