// One request and its answer, as the sandbox's routes see them.
// Rule: the body is read once, here; whoever needs the stream again gets a replay of it.
import { Buffer } from "node:buffer";
import { IncomingMessage, type ServerResponse } from "node:http";

/** A request whose body was read, and the answer to it that is still to be sent. */
export interface Exchange {
  readonly method: string;
  readonly url: URL;
  readonly body: string;
  /** Query and form body together. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

/** Reads the request to its end. */
export async function readExchange(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  origin: string,
): Promise<Exchange> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  const url = new URL(incoming.url ?? "/", origin);
  const isForm = incoming.headers["content-type"]?.startsWith("application/x-www-form-urlencoded");
  const form = isForm ? Object.fromEntries(new URLSearchParams(body)) : {};
  const headers = Object.entries(incoming.headers)
    .map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value ?? ""]);
  return {
    method: incoming.method ?? "GET",
    url,
    body,
    parameters: { ...Object.fromEntries(url.searchParams), ...form },
    headers: Object.fromEntries(headers),
    incoming,
    outgoing,
  };
}

/** What a replay says differently from the request that arrived. */
export interface ReplayChanges {
  readonly url?: URL;
  readonly body?: string;
}

/** The same request with its body unread, as the authorization server wants it. */
export function replay(exchange: Exchange, changes: ReplayChanges = {}): IncomingMessage {
  const { incoming } = exchange;
  const url = changes.url ?? exchange.url;
  const body = Buffer.from(changes.body ?? exchange.body);
  const again = new IncomingMessage(incoming.socket);
  again.method = exchange.method;
  again.url = url.pathname + url.search;
  again.headers = { ...incoming.headers };
  if (incoming.headers["content-length"] !== undefined) {
    again.headers["content-length"] = String(body.length);
  }
  again.httpVersion = incoming.httpVersion;
  again.push(body);
  again.push(null);
  again.complete = true; // or the end of the stream would take the socket with it
  return again;
}

/** Sends an answer with a body of the given kind. */
export function send(exchange: Exchange, status: number, type: string, body: string): void {
  exchange.outgoing.writeHead(status, { "content-type": type, "cache-control": "no-store" });
  exchange.outgoing.end(body);
}

/** Sends a JSON answer. */
export function sendJson(exchange: Exchange, status: number, value: unknown): void {
  send(exchange, status, "application/json; charset=utf-8", JSON.stringify(value));
}

/** Sends a page. */
export function sendPage(exchange: Exchange, status: number, html: string): void {
  send(exchange, status, "text/html; charset=utf-8", html);
}

/** Sends a status and nothing else, as Anaplan's APIs do. */
export function sendEmpty(
  exchange: Exchange,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): void {
  exchange.outgoing.writeHead(status, { "content-length": "0", ...headers });
  exchange.outgoing.end();
}
