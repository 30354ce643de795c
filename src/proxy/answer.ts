// An answer on its way to a program (RFC 9112, section 6). Rule: it is written as fast as the program reads, and one
// that broke off never looks whole.

import type { Peer } from "../system/contract.ts";
import type { Header } from "./head.ts";

/** An answer. */
export interface Answer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly Header[];
  /** Its length in bytes, when it is known. */
  readonly length?: number | undefined;
  readonly body: AsyncIterable<Uint8Array>;
}

/** How long a program may read nothing, in milliseconds. */
const STALL = 100_000;
/** Up to so many bytes a body is written with its head. */
const SHORT = 65_536;

const ENCODER = new TextEncoder();
const LAST_CHUNK = ENCODER.encode("0\r\n\r\n");
const LINE_END = ENCODER.encode("\r\n");

/**
 * Writes an answer.
 *
 * @returns the length of its body in bytes.
 * @throws what the body throws, or when the program hung up: then the connection has to be cut.
 */
export async function writeAnswer(
  answer: Answer,
  method: string,
  closes: boolean,
  peer: Peer,
): Promise<number> {
  const hasBody = method !== "HEAD" && answer.status !== 204 && answer.status !== 304;
  const isChunked = hasBody && answer.length === undefined;
  const head = headOf(answer, isChunked, closes);
  const pieces = answer.body[Symbol.asyncIterator]();
  let written = 0;
  try {
    if (!hasBody) return await write(peer, head), 0;
    // A short answer goes out with its head; the first piece of a long one may take its time.
    let before = (answer.length ?? Infinity) <= SHORT ? [head] : [];
    if (before.length === 0) await write(peer, head);
    while (written !== answer.length) { // the end of a body whose length is known need not be read
      const { value, done } = await pieces.next();
      if (done) break;
      await write(peer, ...before, ...(isChunked ? asChunk(value) : [value]));
      written += value.length;
      before = [];
    }
    await write(peer, ...before, ...(isChunked ? [LAST_CHUNK] : []));
    if (answer.length !== undefined && written !== answer.length) {
      throw new Error("the answer does not have the length that it announced");
    }
    return written;
  } finally {
    await pieces.return?.();
  }
}

function headOf(
  { status, statusText, headers, length }: Answer,
  isChunked: boolean,
  closes: boolean,
): Uint8Array {
  const framing = isChunked
    ? ["transfer-encoding: chunked"]
    : length === undefined
    ? []
    : [`content-length: ${length}`];
  const lines = [
    `HTTP/1.1 ${status} ${statusText}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...framing,
    ...(closes ? ["connection: close"] : []),
    "\r\n",
  ];
  return latin1(lines.join("\r\n"));
}

/** Header values have one byte a character (RFC 9110, section 5.5). */
function latin1(text: string): Uint8Array {
  // deno-lint-ignore no-control-regex
  if (/^[\x00-\x7f]*$/.test(text)) return ENCODER.encode(text);
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

async function write(peer: Peer, ...parts: readonly Uint8Array[]): Promise<void> {
  const [only] = parts;
  if (only === undefined) return;
  peer.deadline = performance.now() + STALL;
  await peer.write(parts.length === 1 ? only : joined(parts));
  peer.deadline = Infinity;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function asChunk(bytes: Uint8Array): Uint8Array[] {
  return [ENCODER.encode(`${bytes.length.toString(16)}\r\n`), bytes, LINE_END];
}
