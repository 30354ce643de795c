// What is said on stderr while other programs are served. Rule: none of them waits for who reads it, and no signal does.

import { pause } from "./connections.ts";
import { screen } from "./surroundings.ts";

/** What waits for a slow reader at most, in bytes; what is more is left out. */
const MOST_WAITING = 65_536;
/** How long a full pipe is left alone, in milliseconds. */
const READER_PAUSE = 5;
/** How long the end waits for the reader, in milliseconds. */
const LAST_PAUSE = 500;

/** See {@link Proxying.sayLater}. */
export function sayLater(): AsyncDisposable {
  let waiting = 0;
  let written = Promise.resolve();
  screen.write = (stream, bytes) => {
    if (waiting + bytes.length > MOST_WAITING) return;
    waiting += bytes.length;
    written = written.then(() => writeSlowly(stream, bytes)).then(() =>
      void (waiting -= bytes.length)
    );
  };
  return {
    async [Symbol.asyncDispose]() {
      await Promise.race([written, pause(LAST_PAUSE)]);
      delete screen.write;
    },
  };
}

async function writeSlowly(
  stream: { write(bytes: Uint8Array): Promise<number> },
  bytes: Uint8Array,
): Promise<void> {
  for (let rest = bytes; rest.length > 0;) {
    try {
      rest = rest.subarray(await stream.write(rest));
    } catch (error) {
      if (!(error instanceof Deno.errors.WouldBlock)) return; // it is closed
      await pause(READER_PAUSE);
    }
  }
}
