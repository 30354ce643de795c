// An answer on its way to a program (RFC 9112, section 6). Rule: it is written as fast as the program reads, and one
// that broke off never looks whole.

import type { Peer } from "../system/contract.ts";
import { chunker, LAST_CHUNK, type ReadPiece } from "../system/framing.ts";
import type { Header } from "./head.ts";

/** An answer. */
export interface Answer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly Header[];
  /** Its length in bytes, when it is known. */
  readonly length?: number | undefined;
  readonly body: ReadPiece;
}

/** How long a program may read nothing, in milliseconds. */
const STALL = 100_000;
/** Up to so many bytes a body is written with its head. */
const SHORT = 65_536;

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
  const { status, length, body } = answer;
  const hasBody = method !== "HEAD" && status !== 204 && status !== 304;
  const isChunked = hasBody && length === undefined;
  const chunkOf = isChunked ? chunker() : undefined;
  let head = headOf(answer, isChunked, closes);
  let written = 0;
  if (!hasBody || length === undefined || length > SHORT) { // the first piece of a long one may take its time
    await write(peer, head);
    head = "";
  }
  for (let piece; hasBody && (piece = await body()) !== undefined; head = "") {
    peer.deadline = performance.now() + STALL;
    await peer.writeText(head, chunkOf?.(piece) ?? piece);
    peer.deadline = Infinity;
    written += piece.length;
  }
  if (head !== "") await write(peer, head);
  if (isChunked) await write(peer, "", LAST_CHUNK);
  if (hasBody && !isChunked && written !== length) {
    throw new Error("the answer does not have the length that it announced");
  }
  return written;
}

function headOf(
  { status, statusText, headers, length }: Answer,
  isChunked: boolean,
  closes: boolean,
): string {
  let text = `HTTP/1.1 ${status} ${statusText}\r\n`;
  for (const [name, value] of headers) text += `${name}: ${value}\r\n`;
  if (isChunked) text += "transfer-encoding: chunked\r\n";
  else if (length !== undefined) text += `content-length: ${length}\r\n`;
  if (closes) text += "connection: close\r\n";
  return text + "\r\n";
}

async function write(peer: Peer, text: string, behind?: Uint8Array): Promise<void> {
  peer.deadline = performance.now() + STALL;
  await peer.writeText(text, behind);
  peer.deadline = Infinity;
}
