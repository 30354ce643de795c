// What comes on a connection. Rule: nothing is read before it is wanted, but for the one read that notices that the
// other side has hung up; what is there is never kept back, and all comes by way of one small piece of memory.

import type { Peer } from "./contract.ts";

/** Bytes that came. They are valid until more are asked for: then their memory is used again. */
export type Piece = Uint8Array<ArrayBuffer>;

/** What comes on a connection, in order. Where a patience is given, each read has so many milliseconds. */
export interface Input {
  /** The text before `end`; `undefined` when no more comes, `too long` when it has more than `limit` bytes. */
  textUntil(
    end: string,
    limit: number,
    patience?: number,
  ): Promise<string | "too long" | undefined>;
  /** What has come, at most so many bytes; `undefined` when no more comes. */
  take(most: number, patience: number): Promise<Piece | undefined>;
  /** Waits until something is there, without taking it; false when no more comes. It may wait for ever. */
  stirs(): Promise<boolean>;
  /** Whether all that was read has been taken. */
  isEmpty(): boolean;
  /** Why no more comes; `undefined` when the other side has ended in order. */
  error(): unknown;
}

/** A record of TLS has no more (RFC 8446, section 5.1). */
const AT_ONCE = 16_384;
/** So much of a long message is handed on at once when it is there: a write for each record costs a tenth more time. */
const MANY = 65_536;
/** What is there comes within so many turns of the promises; what does not is still on its way. */
const TURNS = 8;
const NOTHING: Piece = new Uint8Array();

/** The input of a connection. */
export function inputOf(peer: Peer): Input {
  const pieces = piecesOf(peer);
  return Object.assign(pieces, {
    async textUntil(end: string, limit: number, patience?: number) {
      let text = "";
      while (true) {
        const bytes = await pieces.take(Infinity, patience);
        if (bytes === undefined) return undefined;
        const before = text.length;
        const inside = before === 0 ? placeOf(end, bytes) : -1;
        text += textIn(inside < 0 ? bytes : bytes.subarray(0, inside + end.length));
        const at = text.indexOf(end, Math.max(before - end.length, 0));
        if (at > limit || (at < 0 && text.length > limit)) return "too long";
        if (at < 0) continue;
        pieces.putBack(bytes.subarray(at + end.length - before));
        return byteByByte(text.slice(0, at));
      }
    },
  });
}

interface Pieces extends Omit<Input, "textUntil"> {
  take(most: number, patience: number | undefined): Promise<Piece | undefined>;
  /** What is left of a piece comes again before the next one. */
  putBack(bytes: Piece): void;
}

/** With as few promises as can be: a long answer has very many pieces. */
function piecesOf(peer: Peer): Pieces {
  let memory = new Uint8Array(AT_ONCE);
  let rest = NOTHING;
  let error: unknown;
  let ahead: Ahead | undefined;
  return {
    async take(most, patience) {
      let bytes = rest;
      if (bytes.length === 0) {
        if (patience !== undefined) peer.deadline = performance.now() + patience;
        ahead ??= readAt(0);
        const { at } = ahead;
        try {
          const length = await ahead.length;
          if (length === null) return undefined;
          ahead = undefined;
          bytes = memory.subarray(at, at + length);
        } catch (reason) {
          error = reason;
          return undefined;
        }
        if (bytes.length === AT_ONCE && most > AT_ONCE) bytes = await gathered(at, most);
        if (patience !== undefined) peer.deadline = Infinity;
      }
      rest = bytes.length > most ? bytes.subarray(most) : NOTHING;
      return bytes.length > most ? bytes.subarray(0, most) : bytes;
    },
    putBack: (bytes) => void (rest = bytes),
    async stirs() {
      if (rest.length > 0) return true;
      ahead ??= readAt(0);
      return await ahead.length.then((length) => length !== null, () => false);
    },
    isEmpty: () => rest.length === 0, // an accessor would give each connection a shape of its own, which is slow
    error: () => error,
  };

  function readAt(at: number): Ahead {
    return { at, length: peer.read(memory.subarray(at, at + AT_ONCE)) };
  }

  /** What is there behind a piece that fills its place; what is not stays ahead. */
  async function gathered(at: number, most: number): Promise<Piece> {
    if (memory.length < MANY) {
      const more = new Uint8Array(MANY);
      more.set(memory);
      memory = more;
    }
    let end = at + AT_ONCE;
    while (end - at < most && end + AT_ONCE <= MANY) {
      ahead = readAt(end);
      const length = await atOnce(ahead.length);
      if (length === undefined) break;
      ahead = undefined;
      end += length;
      if (length < AT_ONCE) break;
    }
    return memory.subarray(at, end);
  }
}

/** A read that is not taken yet, and where in the memory it goes. */
interface Ahead {
  readonly at: number;
  readonly length: Promise<number | null>;
}

/** What a read brings, if it does so at once. */
async function atOnce(length: Promise<number | null>): Promise<number | undefined> {
  let found: number | null | undefined;
  length.then((value) => found = value, () => {});
  for (let turn = 0; found === undefined && turn < TURNS; turn++) await undefined;
  return found ?? undefined;
}

/** Where a text is in bytes, or -1. To decode all that is behind each line would cost the square of a body's length. */
function placeOf(text: string, bytes: Piece): number {
  const last = text.length - 1;
  const code = text.charCodeAt(last);
  for (let at = bytes.indexOf(code, last); at >= 0; at = bytes.indexOf(code, at + 1)) {
    let left = last;
    while (left > 0 && bytes[at - last + left - 1] === text.charCodeAt(left - 1)) left--;
    if (left === 0) return at - last;
  }
  return -1;
}

const [UTF8, LATIN1] = [new TextDecoder(), new TextDecoder("latin1")];

/** One character a byte, whatever comes. By UTF-8, which is ten times as fast, where that is the same. */
function textIn(bytes: Piece): string {
  const text = UTF8.decode(bytes);
  return text.length === bytes.length && !text.includes("\ufffd") ? text : LATIN1.decode(bytes);
}

/** What the decoder makes of the bytes from 0x80 to 0x9f: by that name it means windows-1252 (Encoding Standard). */
const RENAMED = LATIN1.decode(Uint8Array.from({ length: 0x20 }, (_, index) => 0x80 + index));

/** Gives each character the number of its byte: half of the letters in UTF-8 have a byte that was renamed. */
function byteByByte(text: string): string {
  return text.replace(
    /[^\0-\xff]/g,
    (renamed) => String.fromCharCode(0x80 + RENAMED.indexOf(renamed)),
  );
}
