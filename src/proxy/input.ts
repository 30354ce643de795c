// What a program sends on its connection. Rule: nothing is read before it is wanted, but for the one read that
// notices that the program has hung up; no text is longer than it may be.

import type { Peer } from "../system/contract.ts";

/** What comes on a connection, in order. */
export interface Input {
  /** The text before `end`; `undefined` when the program hung up, `too long` when it has more than `limit` bytes. */
  textUntil(end: string, limit: number): Promise<string | "too long" | undefined>;
  /** What has come, at most so many bytes; `undefined` when the program hung up. */
  take(most: number): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Resolves when the program hangs up. It may stay open for ever. */
  hungUp(): Promise<void>;
}

const AT_ONCE = 65_536;

/** The input of a connection. */
export function inputOf(peer: Peer): Input {
  const decoder = new TextDecoder("latin1"); // one character a byte, whatever comes
  const pieces = piecesOf(peer);
  return {
    async textUntil(end, limit) {
      let text = "";
      while (true) {
        const bytes = await pieces.next();
        if (bytes === undefined) return undefined;
        const before = text.length;
        text += decoder.decode(bytes);
        const at = text.indexOf(end, Math.max(before - end.length, 0));
        if (at > limit || (at < 0 && text.length > limit)) return "too long";
        if (at < 0) continue;
        pieces.putBack(bytes.subarray(at + end.length - before));
        return text.slice(0, at);
      }
    },
    async take(most) {
      const bytes = await pieces.next();
      if (bytes === undefined || bytes.length <= most) return bytes;
      pieces.putBack(bytes.subarray(most));
      return bytes.subarray(0, most);
    },
    async hungUp() {
      if (await pieces.isOneThere()) await new Promise(() => {}); // the next request, which waits for its turn
    },
  };
}

/** What has come, piece by piece. */
interface Pieces {
  /** `undefined` when the program hung up. */
  next(): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** What is left of a piece comes again before the next one. */
  putBack(bytes: Uint8Array<ArrayBuffer>): void;
  /** Waits for a piece without taking it; false when the program hung up. */
  isOneThere(): Promise<boolean>;
}

function piecesOf(peer: Peer): Pieces {
  const buffer = new Uint8Array(AT_ONCE);
  let rest: Uint8Array<ArrayBuffer> = new Uint8Array();
  let reading: Promise<number | undefined> | undefined;
  function read(): Promise<number | undefined> {
    return reading ??= peer.read(buffer).then((length) => length ?? undefined, () => undefined);
  }
  return {
    async next() {
      if (rest.length > 0) {
        const bytes = rest;
        rest = new Uint8Array();
        return bytes;
      }
      const length = await read();
      reading = undefined;
      return length === undefined ? undefined : buffer.slice(0, length);
    },
    putBack: (bytes) => void (rest = bytes),
    isOneThere: async () => rest.length > 0 || await read() !== undefined,
  };
}
