// The body of a request on its way to the API. Rule: a short one is kept, so that it can be sent again; a longer one
// flows, and only as fast as the API takes it.

import type { Peer } from "../system/contract.ts";
import { bodyReader, type ReadPiece } from "../system/framing.ts";
import type { RequestHead } from "./head.ts";
import type { Input, Piece } from "../system/input.ts";

/** A body: at hand, or on its way. */
export type RequestBody = Piece | {
  readonly read: ReadPiece;
  /** In bytes, when that is known. */
  readonly length: number | undefined;
};

/** Whether a body is at hand, if there is one. */
export function isAtHand(body: RequestBody | undefined): body is Piece | undefined {
  return body === undefined || body instanceof Uint8Array;
}

/** What is kept of a body at first, and later twice as much as has come: each of many pieces would take more than it has. */
const FIRST_MEMORY = 4_096;
/** Up to so many bytes a body is kept. */
const LONGEST_KEPT = 1024 * 1024;
/** How long a program may send nothing in the middle of a body, in milliseconds. */
const STALL = 30_000;
const CONTINUE = new TextEncoder().encode("HTTP/1.1 100 Continue\r\n\r\n");

/** Reads the body, or begins to; calls `ended` when all of it has come. @throws BROKEN */
export async function bodyOf(
  head: RequestHead,
  input: Input,
  peer: Peer,
  ended: () => void,
): Promise<RequestBody | undefined> {
  if (head.length === 0) return undefined;
  if (head.expectsContinue) await peer.write(CONTINUE);
  const read = bodyReader(input, head.length, STALL, ended);
  let memory: Piece = new Uint8Array(FIRST_MEMORY);
  let length = 0;
  while (length <= LONGEST_KEPT) {
    const piece = await read();
    if (piece === undefined) return memory.subarray(0, length);
    const needed = length + piece.length;
    if (needed > memory.length) memory = new Uint8Array(memory.buffer.transfer(2 * needed));
    memory.set(piece, length);
    length = needed;
  }
  const begun = [memory.subarray(0, length)];
  const next: ReadPiece = async () => begun.shift() ?? await read();
  let last: ReturnType<ReadPiece> = Promise.resolve(undefined);
  return {
    read: () => last = last.then(next), // one after the other, also when two ask
    length: head.length === "chunked" ? undefined : head.length,
  };
}
