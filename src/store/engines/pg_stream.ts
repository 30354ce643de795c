// `pg`, and what it speaks through in place of Node's sockets, which load for 15 ms. Rule: once destroyed, nothing is read
// or written any more.

import { Buffer } from "node:buffer";
import { EventEmitter } from "node:events";
import type { Wire } from "../../system/dial.ts";
import type { OpeningWire } from "./pg_wire.ts";

export { default as PgClass } from "pg/lib/client"; // from here, since each file that is loaded takes its time

/** The part of Node's `net.Socket` that `pg` uses. Failures are events: `error`, and always `close` once at the end. */
export interface PgStream extends EventEmitter {
  /** Whether something can still be written. */
  writable: boolean;
  /** Small messages go at once anyway. */
  setNoDelay(): void;
  /** When the connection is open, encrypted when the address says so, `connect` happens, and `data` for what comes. */
  connect(): void;
  /** Writes in the order of the calls; `done` is called when it is written, or never will be. */
  write(bytes: Uint8Array, done?: () => void): boolean;
  /** Ends our side after what was written; the server's end destroys the stream. */
  end(): void;
  /** Cuts the connection. */
  destroy(error?: Error): void;
}

/** How much is read at once, in bytes. */
const AT_ONCE = 16_384;

/** Makes a stream of a connection that is being opened. */
export function pgStream(opening: OpeningWire): PgStream {
  let wire: Wire | undefined;
  const run = async (): Promise<void> => {
    wire = await opening.opened;
    if (opening.isCut()) return;
    stream.emit("connect");
    await readAll(wire, (bytes) => stream.emit("data", bytes));
    stream.destroy();
  };
  const written = inTurn((bytes) =>
    wire?.write(bytes) ?? Promise.reject(new Error("not connected"))
  );
  const stream: PgStream = Object.assign(new EventEmitter(), {
    writable: true,
    setNoDelay() {},
    connect: () => void run().catch((error) => stream.destroy(error)),
    write(bytes: Uint8Array, done = (): void => {}) {
      if (stream.writable) written(bytes).catch((error) => stream.destroy(error)).then(done);
      return stream.writable;
    },
    end() {
      if (stream.writable) written(NOTHING).then(() => wire?.endWrites()).catch(() => {}); // it is over anyway
      stream.writable = false;
    },
    destroy(error?: Error) {
      if (opening.isCut()) return;
      stream.writable = false;
      opening.cut();
      queueMicrotask(() => close(stream, error));
    },
  });
  return stream;
}

const NOTHING = new Uint8Array();

function close(stream: PgStream, error: Error | undefined): void {
  if (error !== undefined) stream.emit("error", error);
  stream.emit("close");
}

/** Reads until the server ends its side. Each piece is a copy, since `pg` keeps what is not complete yet. */
async function readAll(wire: Wire, heard: (bytes: Uint8Array) => void): Promise<void> {
  const bytes = new Uint8Array(AT_ONCE);
  for (let count; (count = await wire.read(bytes)) !== null;) {
    heard(Buffer.from(bytes.subarray(0, count)));
  }
}

/** Writes one after the other; what is written in one go goes as one, which is a packet and not five. */
function inTurn(
  write: (bytes: Uint8Array) => Promise<number>,
): (bytes: Uint8Array) => Promise<void> {
  let waiting: Uint8Array[] = [];
  let writing: Promise<void> | undefined;
  const writeAll = async (): Promise<void> => {
    await undefined;
    try {
      while (waiting.length > 0) {
        let rest: Uint8Array = Buffer.concat(waiting);
        waiting = [];
        while (rest.length > 0) rest = rest.subarray(await write(rest));
      }
    } finally {
      writing = undefined;
    }
  };
  return (bytes) => {
    waiting.push(bytes);
    return writing ??= writeAll();
  };
}
