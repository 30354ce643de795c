// A request that must not leave late, by a connection of our own (RFC 9112). Rule: the connection is open and encrypted
// before the last look at whether the request may still be sent; nothing but that look comes between them.
//
// With fetch the handshake would: a computer that falls asleep in it sends what it was to send hours ago.

import type { GuardedRequest, HttpRequest, Peer, ShowWait, Trace } from "./contract.ts";
import { bodyReader, BROKEN, type Framing } from "./framing.ts";
import { fetchPatiently, HEADERS, sendByFetch, type Sending } from "./http.ts";
import { wireTo } from "./http_wire.ts";
import { type Input, inputOf } from "./input.ts";
import { peerOn } from "./peers.ts";

/** How long an open connection may wait for its request, in milliseconds; in a sleep servers and firewalls forget it. */
const LONGEST_IDLE = 5_000;
/** So many connections take the place of one that cannot be used any more. */
const MOST_RENEWED = 2;
/** As long as fetch reads it, in bytes. */
const LONGEST_HEAD = 400 * 1024;
/** So many answers may say that another one follows (RFC 9110, section 15.2). */
const MOST_INTERIM = 20;
const UNREADABLE = new Error("the answer cannot be parsed");

/** A connection on which nothing was sent yet. */
interface Ready {
  readonly peer: Peer;
  readonly input: Input;
  /** Whether the server still waits, as far as can be seen. */
  isUsable(): boolean;
}

/** See {@link System.guardedRequest}. */
export function guard(
  url: string,
  caCertificates: readonly string[],
  trace: Trace,
  show: ShowWait,
): GuardedRequest {
  const abort = new AbortController();
  const open = (signal: AbortSignal): Promise<Ready | undefined> =>
    readyTo(new URL(url), caCertificates, signal).catch(() => undefined); // fetch says why
  let first: Promise<Ready | undefined> | undefined = open(abort.signal);
  const send = async (sending: Sending, confirm: () => Promise<void>): Promise<void> => {
    let ready = await (first ?? open(sending.signal));
    first = undefined;
    try {
      await confirm();
      // to look took its time, or to connect did; a server that ends each one tells fetch why
      for (let left = MOST_RENEWED; ready !== undefined && !ready.isUsable(); left--) {
        ready.peer.cut();
        ready = left > 0 ? await open(sending.signal) : undefined;
        await confirm();
      }
      sending.signal.throwIfAborted();
      await (ready === undefined ? sendByFetch(sending) : exchange(sending, ready));
    } finally {
      ready?.peer.cut();
    }
  };
  return {
    fetch(request, confirm) {
      const asked = { ...request, caCertificates };
      return fetchPatiently(asked, trace, show, (sending) => send(sending, confirm));
    },
    [Symbol.dispose]() {
      abort.abort();
      void first?.then((ready) => ready?.peer.cut());
    },
  };
}

async function readyTo(
  url: URL,
  caCertificates: readonly string[],
  signal: AbortSignal,
): Promise<Ready | undefined> {
  if (url.username + url.password !== "") return undefined; // fetch makes a header of them
  const wire = await wireTo(url, caCertificates, signal);
  if (wire === undefined) return undefined;
  const peer = peerOn(wire, wire.cut);
  const input = inputOf(peer);
  const opened = { ran: performance.now(), clock: Date.now() };
  let hasStirred = false;
  void input.stirs().then(() => hasStirred = true); // its end, or the answer to nothing
  const age = (): number => Math.max(performance.now() - opened.ran, Date.now() - opened.clock);
  return { peer, input, isUsable: () => !hasStirred && age() < LONGEST_IDLE };
}

/** Sends a request on its own connection, and reads the answer. */
async function exchange(
  { request, url, signal, begin, take }: Sending,
  { peer, input }: Ready,
): Promise<void> {
  signal.addEventListener("abort", peer.cut);
  try {
    const body = new TextEncoder().encode(request.body);
    peer.writeText(headOf(request, url, body.length), body).catch(() => {}); // what comes says more
    const { status, headers, framing } = await readHead(input);
    begin({ status, headers });
    const read = bodyReader(input, framing, Infinity, () => {});
    for (let piece; (piece = await read()) !== undefined;) take(piece.slice());
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", peer.cut);
  }
}

function headOf({ method, headers }: HttpRequest, url: URL, length: number): string {
  const all = {
    host: url.host,
    ...HEADERS,
    ...headers,
    "content-length": length,
    connection: "close",
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

interface Head extends Pick<Response, "status" | "headers"> {
  readonly framing: Framing;
}

async function readHead(input: Input): Promise<Head> {
  for (let count = 0; count < MOST_INTERIM; count++) {
    const [line = "", ...fields] = await headLines(input);
    const [, digits] = /^HTTP\/1\.\d ([1-5]\d\d)\b/.exec(line) ?? [];
    if (digits === undefined) break;
    if (Number(digits) >= 200) return parseHead(Number(digits), fields);
  }
  throw UNREADABLE;
}

/** The lines of a head: they may end with a line feed alone, and empty ones before it are skipped (RFC 9112, 2.2). */
async function headLines(input: Input): Promise<string[]> {
  const lines: string[] = [];
  for (let left = LONGEST_HEAD;;) {
    const ended = await input.textUntil("\n", left);
    if (ended === undefined) throw input.error() ?? BROKEN;
    if (ended === "too long") throw UNREADABLE;
    left -= ended.length + 1;
    const line = ended.replace(/\r$/, "");
    if (line !== "") lines.push(line);
    else if (lines.length > 0) return lines;
  }
}

/** Where it is not clear where the body ends, it ends with the connection: tokens come once. */
function parseHead(status: number, fields: readonly string[]): Head {
  const headers = new Headers();
  for (const field of fields) {
    const [, name, value = ""] = /^([!#-'*+.\w^`|~-]+):([^\0\r]*)/.exec(field) ?? []; // others throw
    if (name !== undefined) headers.append(name, value);
  }
  const isChunked = /\bchunked$/i.test(headers.get("transfer-encoding") ?? "");
  const [, length] = /^(\d{1,15})(?:, \1)*$/.exec(headers.get("content-length") ?? "") ?? [];
  const counted = length === undefined ? "until closed" : Number(length);
  const isBare = status === 204 || status === 304;
  return { status, headers, framing: isBare ? 0 : isChunked ? "chunked" : counted };
}
