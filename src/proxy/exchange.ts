// One request and its answer on a connection to an API (RFC 9112). Rule: the connection is given back only when the
// request was sent whole and the answer ended where it should; else it is cut.

import type { Writable } from "node:stream";
import { CliError } from "../base/errors.ts";
import type { Peer, Proxying } from "../system/contract.ts";
import type { Answer } from "./answer.ts";
import { type AnswerHead, parseAnswerHead, UNREADABLE } from "./answer_head.ts";
import { isAtHand, type RequestBody } from "./body.ts";
import { bodyReader, BROKEN, chunker, LAST_CHUNK, type ReadPiece } from "../system/framing.ts";
import type { HangUp } from "./hang_up.ts";
import { type Header, valuesOf } from "./head.ts";
import type { Input, Piece } from "../system/input.ts";

/** What is asked. */
export interface UpstreamRequest {
  readonly method: string;
  readonly origin: string;
  /** The path with its query, as it is sent. */
  readonly target: string;
  readonly authorization: string;
  readonly headers: readonly Header[];
  readonly body: RequestBody | undefined;
  readonly hangUp: HangUp;
}

/** An answer whose body is still on its way; it has to be disposed of, and may be so twice. */
export interface UpstreamAnswer extends Answer, AsyncDisposable {}

/** A connection to an API. */
export interface Connection {
  readonly peer: Peer;
  readonly input: Input;
}

/** How long nothing may move in either direction, in milliseconds: long exports take their time. */
const LONGEST_SILENCE = 120_000;
const LONGEST_HEAD = 64 * 1024;
/** So many answers may say that another one follows (RFC 9110, section 15.2). */
const MOST_INTERIM = 20;
/** Methods that a body belongs to: without one they say so (RFC 9110, section 8.6). */
const WITH_BODY = ["POST", "PUT", "PATCH"];
/** How much is unpacked at once, in bytes. */
const OPTIONS = { chunkSize: 65_536 };

/**
 * Sends a request and reads the head of its answer.
 *
 * @param giveBack is called when the connection may carry another request.
 * @throws {CliError} `unavailable` when no answer came; BROKEN when the program hung up, or stopped in the middle of its
 * request.
 */
export async function exchange(
  request: UpstreamRequest,
  { peer, input }: Connection,
  giveBack: () => void,
  proxying: Pick<Proxying, "failureOf">,
): Promise<UpstreamAnswer> {
  const sending = sendRequest(request, peer);
  const reading = readHead(input, request.method);
  const { hangUp } = request;
  hangUp.cuts(peer.cut); // only now, while the API works
  let isOpen = true;
  const end = (isWhole: boolean): void => {
    if (!isOpen) return;
    isOpen = false;
    hangUp.cuts(undefined);
    if (isWhole && sending.isOver && input.isEmpty()) giveBack();
    else peer.cut();
  };
  try {
    const head = await reading;
    peer.deadline = Infinity; // from here on each read has its own
    const { framing } = head;
    // a server that refuses a body may leave it unread, and then it hears no other request
    const isKept = head.isKept && (request.body === undefined || head.status < 300);
    if (framing === 0) end(isKept);
    const body = bodyReader(input, framing, LONGEST_SILENCE, () => end(isKept));
    return await answerOf(head, body, () => end(false));
  } catch (error) {
    const silence = performance.now() >= peer.deadline ? LONGEST_SILENCE : undefined;
    end(false);
    if (hangUp.isHeard || sending.error === BROKEN) throw BROKEN;
    throw await proxying.failureOf(sending.error ?? error, new URL(request.origin), silence);
  }
}

/** Whether an answer was expected, and the connection was closed. */
export function isLostAnswer(error: unknown): boolean {
  return error instanceof CliError && error.isCut === true;
}

function heard(peer: Peer): void {
  peer.deadline = performance.now() + LONGEST_SILENCE;
}

interface Sending {
  isOver: boolean;
  /** What was wrong with the request. What goes wrong on the way shows in what comes: an answer may come early. */
  error?: unknown;
}

function sendRequest(request: UpstreamRequest, peer: Peer): Sending {
  const sending: Sending = { isOver: false };
  heard(peer);
  try {
    const { body } = request;
    void peer.writeText(headOf(request), isAtHand(body) ? body : undefined)
      .then(() => isAtHand(body) ? undefined : sendBody(body.read, body.length, peer))
      .then(() => sending.isOver = true, (error) => {
        if (error !== BROKEN) return;
        sending.error = error;
        peer.cut();
      });
  } catch (error) {
    sending.error = error;
    peer.cut();
  }
  return sending;
}

async function sendBody(read: ReadPiece, length: number | undefined, peer: Peer): Promise<void> {
  const chunkOf = length === undefined ? chunker() : undefined;
  for (let piece; (piece = await read()) !== undefined; heard(peer)) {
    await peer.write(chunkOf?.(piece) ?? piece);
  }
  if (length === undefined) await peer.write(LAST_CHUNK);
}

function headOf({ method, origin, target, authorization, headers, body }: UpstreamRequest): string {
  const isOneLine = !authorization.includes("\r") && !authorization.includes("\n");
  if (!isOneLine) throw new TypeError("a header is damaged"); // a token is what another server made of it
  let text = `${method} ${target} HTTP/1.1\r\nhost: ${origin.slice(origin.indexOf("//") + 2)}\r\n`;
  for (const [name, value] of headers) text += `${name}: ${value}\r\n`;
  text += `authorization: ${authorization}\r\n`;
  const length = body === undefined && WITH_BODY.includes(method) ? 0 : body?.length;
  if (length !== undefined) text += `content-length: ${length}\r\n`;
  else if (body !== undefined) text += "transfer-encoding: chunked\r\n";
  return text + "\r\n";
}

async function readHead(input: Input, method: string): Promise<AnswerHead> {
  for (let count = 0; count < MOST_INTERIM; count++) {
    const text = await input.textUntil("\r\n\r\n", LONGEST_HEAD);
    if (text === "too long") break;
    if (text === undefined) throw input.error() ?? BROKEN;
    const head = parseAnswerHead(text, method);
    if (head.status >= 200) return head;
  }
  throw UNREADABLE;
}

/** Bytes are unpacked on their way; what the headers say about the packed ones would be wrong. */
async function answerOf(
  { status, statusText, headers, framing, length }: AnswerHead,
  body: ReadPiece,
  close: () => void,
): Promise<UpstreamAnswer> {
  const coding = valuesOf(headers, "content-encoding").join().toLowerCase();
  const isPacked = coding === "gzip"; // for brotli, Deno 2.9.6 takes what broke off for whole
  const unpacked = isPacked && framing !== 0 ? await unpacking(body) : undefined;
  return {
    status,
    statusText,
    length: isPacked ? undefined : length,
    headers: isPacked ? headers.filter(([name]) => name !== "content-encoding") : headers,
    body: unpacked?.read ?? body,
    [Symbol.asyncDispose]() {
      close();
      return Promise.resolve(unpacked?.stop());
    },
  };
}

/** By `node:zlib`: `DecompressionStream` makes one piece of all that a piece is unpacked to, which may be 1 GiB. */
async function unpacking(
  body: ReadPiece,
): Promise<{ readonly read: ReadPiece; readonly stop: () => void }> {
  const { createGunzip } = await import("node:zlib");
  const unpacker = createGunzip(OPTIONS);
  unpacker.on("error", () => {}); // the reader gets it, who may come later
  let pieces: AsyncIterator<Piece> | undefined;
  return {
    async read() {
      if (pieces === undefined) {
        const first = await body();
        if (first === undefined) return undefined; // some servers say of nothing that it is packed
        void pour(first, body, unpacker).catch((error) => unpacker.destroy(error));
        pieces = unpacker[Symbol.asyncIterator]();
      }
      return (await pieces.next()).value;
    },
    stop: () => unpacker.destroy(),
  };
}

/** Each piece when the one before is unpacked: they have the same memory. */
async function pour(
  first: Piece,
  read: ReadPiece,
  into: Pick<Writable, "write" | "end">,
): Promise<void> {
  for (let piece: Piece | undefined = first; piece !== undefined; piece = await read()) {
    await new Promise<void>((resolve, reject) =>
      into.write(piece, (error) => error ? reject(error) : resolve())
    );
  }
  into.end();
}
