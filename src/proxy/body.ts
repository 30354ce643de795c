// The body of a request on its way to the API. Rule: a short one is kept, so that it can be sent again; a longer one
// flows, and only as fast as the API takes it.

import type { Peer } from "../system/contract.ts";
import type { RequestHead } from "./head.ts";
import type { Input } from "./input.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A body, as {@link StreamRequest} has it. */
export interface RequestBody {
  readonly body?: Bytes | ReadableStream<Bytes>;
  readonly length?: number;
}

/** What the program sent is not what its head says, or it stopped in the middle. */
export const BROKEN = new Error("the request broke off");

/** Up to so many bytes a body is kept. */
const LONGEST_KEPT = 1024 * 1024;
/** How long a program may send nothing in the middle of a body, in milliseconds. */
const STALL = 30_000;
const AT_ONCE = 65_536;
const LONGEST_LINE = 1_024;
const CONTINUE = new TextEncoder().encode("HTTP/1.1 100 Continue\r\n\r\n");

/** Reads the body, or begins to; calls `ended` when all of it has come. @throws {@link BROKEN} */
export async function bodyOf(
  head: RequestHead,
  input: Input,
  peer: Peer,
  ended: () => void,
): Promise<RequestBody> {
  if (head.length === 0) return {};
  if (head.expectsContinue) await peer.write(CONTINUE);
  const pieces = readPatiently(
    head.length === "chunked" ? readChunked(input) : readCounted(input, head.length),
    peer,
    ended,
  );
  const begun: Bytes[] = [];
  for (let length = 0; length <= LONGEST_KEPT;) {
    const { value, done } = await pieces.next();
    if (done) return { body: await new Blob(begun).bytes() };
    length += value.length;
    begun.push(value);
  }
  return {
    body: ReadableStream.from(concatenate(begun, pieces)),
    ...(head.length === "chunked" ? {} : { length: head.length }),
  };
}

/** The pieces, with a deadline for each. */
async function* readPatiently(
  pieces: AsyncIterable<Bytes>,
  peer: Peer,
  ended: () => void,
): AsyncGenerator<Bytes> {
  peer.deadline = performance.now() + STALL;
  for await (const piece of pieces) {
    peer.deadline = Infinity; // it is the API's turn
    yield piece;
    peer.deadline = performance.now() + STALL;
  }
  peer.deadline = Infinity;
  ended();
}

async function* readCounted(input: Input, length: number): AsyncGenerator<Bytes> {
  for (let left = length; left > 0;) {
    const bytes = await input.take(Math.min(left, AT_ONCE));
    if (bytes === undefined) throw BROKEN;
    left -= bytes.length;
    yield bytes;
  }
}

/** The pieces of a chunked body (RFC 9112, section 7.1); extensions and trailers are left out. */
async function* readChunked(input: Input): AsyncGenerator<Bytes> {
  while (true) {
    const [, digits = ""] = /^([0-9a-f]{1,8})[ \t]*(;|$)/i.exec(await line(input)) ?? [];
    if (digits === "") throw BROKEN;
    const size = parseInt(digits, 16);
    if (size === 0) break;
    yield* readCounted(input, size);
    if (await line(input) !== "") throw BROKEN;
  }
  for (let count = 0; await line(input) !== ""; count++) if (count > 100) throw BROKEN;
}

async function line(input: Input): Promise<string> {
  const text = await input.textUntil("\r\n", LONGEST_LINE);
  if (text === undefined || text === "too long") throw BROKEN;
  return text;
}

async function* concatenate(
  begun: readonly Bytes[],
  rest: AsyncIterable<Bytes>,
): AsyncGenerator<Bytes> {
  yield* begun;
  yield* rest;
}
