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
  /** Waits until something more is there, without taking it; false when no more comes. It may wait for ever. */
  stirs(): Promise<boolean>;
  /** Whether all that was read has been taken. */
  isEmpty(): boolean;
  /** Why no more comes; `undefined` when the other side has ended in order. */
  error(): unknown;
}

/** The memory of a connection at first: most carry heads and short texts. */
const FEW = 4_096;
/** A record of TLS has no more (RFC 8446, section 5.1). */
const AT_ONCE = 16_384;
/** So much of a long message is handed on at once when it is there: a write for each record takes a fifth longer. */
const MANY = 65_536;
/** What is there comes within so many turns of the promises; what does not is still on its way. */
const TURNS = 8;
const NOTHING: Piece = new Uint8Array();

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
  const reads = readsOf(peer);
  let rest = NOTHING;
  let error: unknown;
  return {
    async take(most, patience) {
      let bytes: Piece | undefined = rest;
      if (bytes.length === 0) {
        if (patience !== undefined) peer.deadline = performance.now() + patience;
        try {
          bytes = await reads.next(most);
        } catch (reason) {
          error = reason;
          return undefined;
        }
        if (bytes === undefined) return undefined;
        if (patience !== undefined) peer.deadline = Infinity;
      }
      rest = bytes.length > most ? bytes.subarray(most) : NOTHING;
      return bytes.length > most ? bytes.subarray(0, most) : bytes;
    },
    putBack: (bytes) => void (rest = bytes),
    async stirs() {
      if (rest.length > 0) rest = rest.slice(); // what comes goes into its memory
      return await reads.ahead().then((length) => length !== null, () => false);
    },
    isEmpty: () => rest.length === 0, // an accessor would give each connection a shape of its own, which is slow
    error: () => error,
  };
}

/** The reads of a connection, all into the same memory. */
interface Reads {
  /** What has come; more than one record only when that is less than `most`. `undefined` at the end. */
  next(most: number): Promise<Piece | undefined>;
  /** Begins the next read without taking what it brings; `null` at the end. */
  ahead(): Promise<number | null>;
}

/** A read that is not taken yet, and where in the memory it goes. */
interface Ahead {
  readonly at: number;
  readonly room: number;
  readonly length: Promise<number | null>;
}

function readsOf(peer: Peer): Reads {
  let memory = new Uint8Array(FEW);
  let ahead: Ahead | undefined;
  const readAt = (at: number): Ahead => {
    const room = Math.min(AT_ONCE, memory.length - at);
    return { at, room, length: peer.read(memory.subarray(at, at + room)) };
  };
  return {
    async next(most) {
      const { at, room, length: coming } = ahead ??= readAt(0);
      const length = await coming;
      if (length === null) return undefined;
      ahead = undefined;
      let end = at + length;
      let isFull = length === room;
      if (isFull && most > room && memory.length < MANY) memory = grown(memory);
      while (isFull && end - at < most && end + AT_ONCE <= memory.length) {
        ahead = readAt(end);
        const more = await atOnce(ahead.length);
        if (more === undefined) break; // it stays ahead
        ahead = undefined;
        end += more;
        isFull = more === AT_ONCE;
      }
      return memory.subarray(at, end);
    },
    ahead: () => (ahead ??= readAt(0)).length,
  };
}

function grown(memory: Piece): Piece {
  const larger = new Uint8Array(4 * memory.length);
  larger.set(memory);
  return larger;
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
