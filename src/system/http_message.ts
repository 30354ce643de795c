// One HTTP/1.1 request of a connection, and its answer (RFC 9112). Rule: the head is bounded, a body is
// never read, and what is not a plain request for a path is rejected.

import { joined } from "./unpacked.ts";

/** The longest request head, in bytes: a code and a state are far shorter. */
const LONGEST_HEAD = 64 * 1024;

/** A request's head as text; a status to refuse it with; `undefined` when the peer ended before. */
export async function readHead(
  stream: Pick<Deno.Conn, "read">,
  first: Uint8Array = new Uint8Array(),
): Promise<string | 431 | undefined> {
  const buffer = new Uint8Array(16_384);
  let text = textIn(first);
  while (true) {
    const end = text.indexOf("\r\n\r\n");
    if (end >= 0) return text.slice(0, end);
    if (text.length > LONGEST_HEAD) return 431;
    const length = await stream.read(buffer);
    if (length === null) return undefined;
    text += textIn(buffer.subarray(0, length));
  }
}

/** One character a byte, whatever comes; a decoder of `latin1` renames some, and then no header can hold them. */
function textIn(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** The request in a head; `undefined` when it is not a valid one. */
export function parseHead(head: string, scheme: "http" | "https"): Request | undefined {
  const [line = "", ...fields] = head.split("\r\n");
  const [, method, target] = /^([A-Z]+) (\/[!-~]*) HTTP\/1\.[01]$/.exec(line) ?? [];
  if (method === undefined) return undefined;
  try {
    const headers = new Headers(fields.map((field): [string, string] => {
      const colon = field.indexOf(":");
      return [field.slice(0, Math.max(colon, 0)), field.slice(colon + 1)]; // an empty name throws
    }));
    return new Request(`${scheme}://${headers.get("host")}${target}`, { method, headers });
  } catch {
    return undefined;
  }
}

/** The bytes of an answer, after which the connection is closed. */
export async function encodeResponse(response: Response): Promise<Uint8Array> {
  const body = new Uint8Array(await response.arrayBuffer());
  const headers = new Headers(response.headers);
  headers.set("connection", "close");
  headers.set("date", new Date().toUTCString());
  if (response.status !== 204) headers.set("content-length", String(body.length));
  const lines = [
    `HTTP/1.1 ${response.status} ${response.statusText}`,
    ...Array.from(headers, ([name, value]) => `${name}: ${value}`),
  ];
  const head = new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`);
  return joined([head, body]);
}
