// How a message lies on a connection (RFC 9112). Rule: what ends too early or is not chunked as it should be is broken,
// never short; chunk extensions and trailers are left out.

import type { Input, Piece } from "./input.ts";

/** Reads a body: the next piece, or `undefined` once, at its end. */
export type ReadPiece = () => Promise<Piece | undefined>;

/** Where a body ends: after so many bytes, after its last chunk, or with the connection. */
export type Framing = number | "chunked" | "until closed";

/** What the other side sent is not what its head says, or it stopped in the middle. */
export const BROKEN = new Error("the connection was closed in the middle of a message");

/** A chunk's size may have an extension; hyper, which is in Deno, takes as much. */
const LONGEST_LINE = 16 * 1024;
/** Some servers take a bare line feed or carriage return for the end of a line, and some a zero for that of a text. */
// deno-lint-ignore no-control-regex
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;
const MOST_TRAILERS = 100;
const LINE_END = "\r\n";
const ENCODER = new TextEncoder();
/** What follows the chunks. */
export const LAST_CHUNK: Piece = ENCODER.encode("0\r\n\r\n");

/**
 * Reads a body; calls `ended` at its end. It throws {@link BROKEN}.
 *
 * @param patience how long each piece may take, in milliseconds.
 */
export function bodyReader(
  input: Input,
  framing: Framing,
  patience: number,
  ended: () => void,
): ReadPiece {
  if (framing === "chunked") return chunked(input, patience, ended);
  return framing === "until closed"
    ? untilClosed(input, patience, ended)
    : counted(input, framing, patience, ended);
}

function counted(input: Input, length: number, patience: number, ended: () => void): ReadPiece {
  let left = length;
  return async () => {
    if (left === 0) return ended(), undefined;
    const piece = await input.take(left, patience);
    if (piece === undefined) throw BROKEN;
    left -= piece.length;
    return piece;
  };
}

function chunked(input: Input, patience: number, ended: () => void): ReadPiece {
  let left: number | undefined;
  return async () => {
    if (left === 0 && await line(input, patience) !== "") throw BROKEN;
    if (left === undefined || left === 0) {
      const text = await line(input, patience);
      const [, digits = ""] = /^0*([0-9a-f]{1,8})[ \t]*(?:;.*)?$/i.exec(text) ?? [];
      if (digits === "") throw BROKEN;
      left = parseInt(digits, 16);
      if (left === 0) return await skipTrailers(input, patience), ended(), undefined;
    }
    const piece = await input.take(left, patience);
    if (piece === undefined) throw BROKEN;
    left -= piece.length;
    return piece;
  };
}

async function skipTrailers(input: Input, patience: number): Promise<void> {
  for (let count = 0; await line(input, patience) !== ""; count++) {
    if (count > MOST_TRAILERS) throw BROKEN;
  }
}

function untilClosed(input: Input, patience: number, ended: () => void): ReadPiece {
  return async () => {
    const piece = await input.take(Infinity, patience);
    if (piece === undefined && input.error() !== undefined) throw BROKEN;
    if (piece === undefined) ended();
    return piece;
  };
}

async function line(input: Input, patience: number): Promise<string> {
  const text = await input.textUntil(LINE_END, LONGEST_LINE, patience);
  if (text === undefined || text === "too long" || CONTROL.test(text)) throw BROKEN;
  return text;
}

/** Room around a piece for its size and two line ends. */
const AROUND = 16;

/**
 * Makes chunks of pieces, each in the memory of the one before: new memory for each would be a long answer's length in
 * all. Of an empty piece, which would be the last chunk, it makes nothing.
 */
export function chunker(): (piece: Uint8Array) => Uint8Array {
  let memory = new Uint8Array();
  return (piece) => {
    if (piece.length === 0) return piece;
    if (memory.length < piece.length + AROUND) memory = new Uint8Array(piece.length + AROUND);
    const size = piece.length.toString(16) + LINE_END;
    ENCODER.encodeInto(size, memory);
    memory.set(piece, size.length);
    const end = size.length + piece.length;
    ENCODER.encodeInto(LINE_END, memory.subarray(end));
    return memory.subarray(0, end + LINE_END.length);
  };
}

/** Takes pieces ahead, as streams do, so that each has memory of its own. */
export function streamOf(read: ReadPiece): ReadableStream<Piece> {
  return new ReadableStream({
    async pull(controller) {
      const piece = await read();
      if (piece === undefined) controller.close();
      else controller.enqueue(piece.slice());
    },
  }, { highWaterMark: 0 });
}
