// Sends the sandbox's own answers.
// Rule: a length is always said, so that an answer that is cut short can be told from a whole one.
import { Buffer } from "node:buffer";
import type { Exchange } from "./exchange.ts";

type Headers = Readonly<Record<string, string>>;

/** Sends a JSON answer. */
export function sendJson(exchange: Exchange, status: number, value: unknown): void {
  send(exchange, status, "application/json; charset=utf-8", JSON.stringify(value));
}

/** Sends a page. */
export function sendPage(exchange: Exchange, status: number, html: string): void {
  send(exchange, status, "text/html; charset=utf-8", html);
}

/** Sends a status and nothing else, as Anaplan's APIs do. */
export function sendEmpty(exchange: Exchange, status: number, headers: Headers = {}): void {
  const length = status === 204 ? {} : { "content-length": "0" }; // RFC 9110, section 8.6
  exchange.outgoing.writeHead(status, { ...length, ...headers }).end();
}

/** Sends bytes as they are made, no faster than the client takes them. */
export async function sendBytes(
  { outgoing }: Exchange,
  size: number,
  pieces: Iterable<Uint8Array>,
): Promise<void> {
  const gone = new Promise<void>((resolve) => outgoing.once("close", resolve));
  outgoing.writeHead(200, {
    "content-type": "application/octet-stream",
    "content-length": String(size),
  });
  for (const piece of pieces) {
    const written = new Promise<void>((resolve) => outgoing.write(piece, () => resolve()));
    await Promise.race([written, gone]);
    if (outgoing.destroyed) return;
  }
  outgoing.end();
}

function send({ outgoing }: Exchange, status: number, type: string, text: string): void {
  const body = Buffer.from(text);
  const length = String(body.length);
  outgoing.writeHead(status, {
    "content-type": type,
    "content-length": length,
    "cache-control": "no-store",
  }).end(body);
}
