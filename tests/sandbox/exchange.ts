// One request and its answer, as the sandbox's routes see them.
// Rule: the body is read once, here, unless it is an upload; a second reader gets a replay.
import { Buffer } from "node:buffer";
import { IncomingMessage, type ServerResponse } from "node:http";

/** A request whose body was read, and the answer to it that is still to be sent. */
export interface Exchange {
  readonly method: string;
  readonly url: URL;
  /** Empty for an upload, which may be larger than memory: its route reads `incoming`. */
  readonly body: string;
  /** Query and form body together. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the answer may be compressed, and the sandbox does that. */
  readonly gzip: boolean;
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

const LONGEST_FORM = 16 * 1024; // parameters are kept with the request, for as long as the sandbox

/** One chunk of a file, the only thing that is sent or taken as a stream. */
export const CHUNK_PATH = /^\/2\/0\/workspaces\/[^/]+\/models\/[^/]+\/files\/[^/]+\/chunks\/(\d+)$/;

/** Reads the request, to its end unless it is an upload. */
export async function readExchange(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { origin, gzip = false }: { readonly origin: string; readonly gzip?: boolean | undefined },
): Promise<Exchange> {
  const url = new URL(incoming.url ?? "/", origin);
  const isUpload = incoming.method === "PUT" && CHUNK_PATH.test(url.pathname);
  const body = isUpload ? "" : await readText(incoming);
  const { "content-type": type = "", "accept-encoding": accepted = "" } = incoming.headers;
  const isForm = type.startsWith("application/x-www-form-urlencoded") &&
    body.length <= LONGEST_FORM;
  const form = isForm ? Object.fromEntries(new URLSearchParams(body)) : {};
  const headers = Object.entries(incoming.headers)
    .map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value ?? ""]);
  return {
    method: incoming.method ?? "GET",
    url,
    body,
    parameters: { ...Object.fromEntries(url.searchParams), ...form },
    headers: Object.fromEntries(headers),
    gzip: gzip && /\bgzip\b(?!\s*;\s*q=0(?![.\d]*[1-9]))/.test(String(accepted)),
    incoming,
    outgoing,
  };
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
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
