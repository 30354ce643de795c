// Sends the sandbox's own answers.
// Rule: a length is said wherever it is known, so a cut answer differs from a whole one.
import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import type { Exchange } from "./exchange.ts";

type Headers = Readonly<Record<string, string>>;

/** Sends a JSON answer. */
export function sendJson(
  exchange: Exchange,
  status: number,
  value: unknown,
  headers: Headers = {},
): void {
  const text = JSON.stringify(value);
  sendBody(exchange, status, exchange.gzip ? gzipSync(text) : text, {
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
    ...(exchange.gzip ? GZIP : {}),
    ...headers,
  });
}

/** Refuses a call in the words of Anaplan's APIs. */
export function sendRefusal(
  exchange: Exchange,
  code: number,
  message: string,
  headers: Headers = {},
): void {
  const timestamp = new Date().toISOString();
  const refusal = { status: { code, message }, path: exchange.url.pathname, timestamp };
  sendJson(exchange, code, refusal, headers);
}

/** Sends a page. */
export function sendPage(exchange: Exchange, status: number, html: string): void {
  sendBody(exchange, status, html, {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
  });
}

/** Sends a status and nothing else, as Anaplan's APIs do. */
export function sendEmpty(exchange: Exchange, status: number, headers: Headers = {}): void {
  const length = status === 204 ? {} : { "content-length": "0" }; // RFC 9110, section 8.6
  head(exchange, status, { ...length, ...headers });
  exchange.outgoing.end();
}

/** Sends a body; the headers may say another length than it has. */
export function sendBody(
  exchange: Exchange,
  status: number,
  content: string | Uint8Array,
  headers: Headers = {},
): void {
  const body = Buffer.from(content);
  head(exchange, status, { "content-length": String(body.length), ...headers });
  exchange.outgoing.end(body);
}

/** Sends bytes as they are made, no faster than the client takes them. */
export async function sendBytes(
  exchange: Exchange,
  size: number,
  pieces: Iterable<Uint8Array<ArrayBuffer>>,
): Promise<void> {
  const { outgoing, gzip } = exchange;
  const gone = new Promise<void>((resolve) => outgoing.once("close", resolve));
  const type = { "content-type": "application/octet-stream" };
  head(exchange, 200, { ...type, ...(gzip ? GZIP : { "content-length": String(size) }) });
  for await (const piece of gzip ? zipped(pieces) : pieces) {
    const written = new Promise<void>((resolve) => outgoing.write(piece, () => resolve()));
    await Promise.race([written, gone]);
    if (outgoing.destroyed) return;
  }
  outgoing.end();
}

const GZIP: Headers = { "content-encoding": "gzip", vary: "accept-encoding" };

function zipped(pieces: Iterable<Uint8Array<ArrayBuffer>>): ReadableStream<Uint8Array> {
  return ReadableStream.from(pieces).pipeThrough(new CompressionStream("gzip"));
}

/** The headers stay readable on the answer, which writeHead() would not have them do. */
function head({ outgoing }: Exchange, status: number, headers: Headers): void {
  outgoing.statusCode = status;
  for (const [name, value] of Object.entries(headers)) outgoing.setHeader(name, value);
}
