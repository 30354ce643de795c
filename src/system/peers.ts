// Connections to other programs. Rule: one that is past its deadline is cut, whatever it waits for.

import type { Peer } from "./contract.ts";
import { STOPPED_THRESHOLD } from "./silence.ts";

/** What a connection reads from and writes to. */
interface Socket {
  read(buffer: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
}

/** Up to so many bytes a text is written without memory of its own. */
const SHORT = 4_096;
const ENCODER = new TextEncoder();
const NOTHING = new Uint8Array();

/** A connection that has no deadline yet. */
export function peerOn(socket: Socket, cut: () => void): Peer {
  const memory = new Uint8Array(SHORT);
  return {
    deadline: Infinity,
    read: (buffer) => socket.read(buffer),
    write: (bytes) => writeWhole(socket, bytes),
    writeText(text, behind = NOTHING) {
      if (text === "") return writeWhole(socket, behind);
      const length = text.length + behind.length;
      const bytes = length > SHORT ? new Uint8Array(length) : memory.subarray(0, length);
      const { read, written } = ENCODER.encodeInto(text, bytes);
      if (read < text.length || written > read) { // it is not all ASCII
        if (/[\u0100-\uffff]/.test(text)) throw new TypeError("a header is damaged");
        for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
      }
      bytes.set(behind, text.length);
      return writeWhole(socket, bytes);
    },
    cut,
  };
}

export async function writeWhole(to: Pick<Socket, "write">, bytes: Uint8Array): Promise<void> {
  let written = await to.write(bytes);
  while (written < bytes.length) written += await to.write(bytes.subarray(written));
}

/** How often deadlines are looked at, in milliseconds: a timer for each wait would cost more. */
const INTERVAL = 1_000;

/** Cuts those that are late, until it is disposed of. A process that was stopped first gets a moment to go on. */
export function watchDeadlines(peers: ReadonlySet<Peer>): Disposable {
  let due = performance.now() + INTERVAL;
  const rounds = setInterval(() => {
    const now = performance.now();
    const wasStopped = now - due > STOPPED_THRESHOLD;
    due = now + INTERVAL;
    for (const peer of wasStopped ? [] : peers) if (peer.deadline < now) peer.cut();
  }, INTERVAL);
  return { [Symbol.dispose]: () => clearInterval(rounds) };
}
