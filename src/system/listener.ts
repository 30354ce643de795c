// Listens on a loopback address. Rule: exclusive, few connections at a time, and closing takes a moment
// however peers behave.

import type { Listening, ListenOptions, Trace } from "./contract.ts";
import {
  type Connection,
  connectionSlots,
  keepPlaces,
  limits,
  newConnection,
  pause,
  waitForSlot,
} from "./connections.ts";
import { maskUrl } from "../base/masking.ts";
import { encodeResponse, parseHead, readHead } from "./http_message.ts";
import { writeWhole } from "./peers.ts";
import { openTunnel } from "./tls_tunnel.ts";

/** How long a connection keeps its place before its first byte, in milliseconds, when all are taken. */
const SILENCE = 20;
/** How long it then keeps its place until it has said hello (RFC 8446, section 4.1.2), or asked, in milliseconds. */
const SLOWNESS = 150;
/** How long one that has said hello has for its part of the handshake, in milliseconds. */
const PATIENCE = 1_000;
/** How long an answer may be on its way to its reader, in milliseconds. */
const DELIVERY_TIME = 500;
/** How long the reader then has to hang up, in milliseconds. */
const HANG_UP_TIME = 100;
/** How long closing waits for answers that are being made or taken, in milliseconds. */
const CLOSING_TIME = 800;
/** In so many parts a wait is cut. What has come is read between two of them, so a late process does not cut it. */
const TURNS = 10;
/** How long no connection is accepted after one could not be, in milliseconds. */
const ACCEPT_PAUSE = 20;
/** The first byte of every TLS connection: a handshake record (RFC 8446, section 5.1). */
const HANDSHAKE = 22;

const { held: mostHeld, secured: mostSecured } = limits();
const held = connectionSlots(mostHeld);
const secured = connectionSlots(mostSecured, "end"); // a handshake that begins opens more than it keeps

/** Opens a listener, or says why that is impossible; see {@link System.serve}. */
export function listen(options: ListenOptions, trace: Trace): Listening {
  const { hostname, port } = options;
  try {
    const socket = Deno.listen({ hostname, port });
    return { kind: "open", port: socket.addr.port, close: serve(socket, options, trace) };
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return { kind: "taken" };
    if (error instanceof Deno.errors.PermissionDenied) return { kind: "refused" };
    if (error instanceof Deno.errors.AddrNotAvailable) return { kind: "unsupported" };
    throw error;
  }
}

/** Serves every connection of the socket; gives what ends that. */
function serve(
  socket: Deno.TcpListener,
  options: ListenOptions,
  trace: Trace,
): () => Promise<void> {
  const served = new Map<Connection, Promise<void>>();
  let isClosing = false;
  async function acceptAll(): Promise<void> {
    while (true) {
      const connection = newConnection(); // a place first: an accepted connection is never one too many
      if (!await waitForSlot(held, connection, () => isClosing)) return;
      const peer = await socket.accept().catch(() => undefined);
      if (peer === undefined) { // closed, or no descriptor is left
        connection.sockets.dispose();
        await pause(isClosing ? 0 : ACCEPT_PAUSE);
        continue;
      }
      connection.sockets.use(peer);
      const work = serveOne(connection, peer, options, trace).catch(() => undefined);
      served.set(connection, work.finally(() => served.delete(connection)));
    }
  }
  const accepting = acceptAll();
  // The first handshake pays some 20 ms for its random seed; making a key now pays it while the
  // user is still reading.
  const warm = crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
  return async () => {
    isClosing = true;
    socket.close();
    for (const { isAsking, sockets } of served.keys()) if (!isAsking) sockets.dispose();
    await within(CLOSING_TIME, Promise.all(served.values()));
    for (const { sockets } of served.keys()) sockets.dispose();
    await Promise.all([accepting, warm, ...served.values()]);
  };
}

/** Reads one request of the peer and answers it; cuts the connection at the end. */
async function serveOne(
  connection: Connection,
  peer: Deno.Conn,
  options: ListenOptions,
  trace: Trace,
): Promise<void> {
  using _end = connection.end;
  using _sockets = connection.sockets;
  keepPlaces(connection, SILENCE);
  const buffer = new Uint8Array(16_384);
  const first = buffer.subarray(0, await peer.read(buffer) ?? 0);
  keepPlaces(connection, Infinity);
  if (options.tls === undefined) {
    return await converse(connection, { stream: peer }, first, options, trace);
  }
  if (first[0] !== HANDSHAKE || !await waitForSlot(secured, connection, () => false)) return;
  keepPlaces(connection, SLOWNESS);
  const isMet = (): void => keepPlaces(connection, PATIENCE);
  const tunnel = await openTunnel(connection, peer, first, options.tls, isMet);
  try {
    await shakeHands(tunnel.stream, options);
    await converse(connection, tunnel, undefined, options, trace);
  } finally {
    connection.sockets.dispose();
    await tunnel.ended;
  }
}

/** Reports a peer that answers with an alert (RFC 8446, section 6.2): all that it knows is the certificate. */
async function shakeHands(stream: Deno.TlsConn, { onRejected }: ListenOptions): Promise<void> {
  try {
    await stream.handshake();
  } catch (error) {
    if (error instanceof Error && error.message.includes("fatal alert")) onRejected?.();
    throw error;
  }
}

/** The request and its answer, decrypted. */
async function converse(
  connection: Connection,
  { stream, delivered }: { readonly stream: Deno.Conn; readonly delivered?: Promise<unknown> },
  first: Uint8Array | undefined,
  { tls, handle }: ListenOptions,
  trace: Trace,
): Promise<void> {
  keepPlaces(connection, SLOWNESS);
  const head = await readHead(stream, first);
  if (head === undefined) return;
  connection.isAsking = true;
  const request = head === 431 ? undefined : parseHead(head, tls === undefined ? "http" : "https");
  const gone = waitForHangUp(stream);
  const answer = request === undefined
    ? new Response(null, { status: head === 431 ? 431 : 400 })
    : await Promise.race([answerRequest(handle, request), gone]);
  if (answer === undefined) return; // the peer is gone
  if (request) {
    trace(() => `listener: ${request.method} ${maskUrl(new URL(request.url))} ${answer.status}`);
  }
  await writeWhole(stream, await encodeResponse(answer));
  await stream.closeWrite();
  if (delivered) await within(DELIVERY_TIME, delivered); // cut before, the answer would be lost with the tunnel
  await within(HANG_UP_TIME, gone);
}

async function answerRequest(handle: ListenOptions["handle"], request: Request): Promise<Response> {
  try {
    return await handle(request);
  } catch {
    return new Response(null, { status: 500 });
  }
}

/** Resolves when the peer has hung up; whatever it sends until then is not read as anything. */
async function waitForHangUp(stream: Deno.Conn): Promise<undefined> {
  const buffer = new Uint8Array(1_024);
  try {
    while (await stream.read(buffer) !== null);
  } catch {
    // a reset is an end as well
  }
}

async function within(limit: number, work: Promise<unknown>): Promise<void> {
  let isDone = false;
  const done = work.then(() => isDone = true);
  for (let turn = 0; turn < TURNS && !isDone; turn++) {
    const time = Promise.withResolvers<void>();
    const timer = setTimeout(time.resolve, limit / TURNS);
    await Promise.race([done, time.promise]);
    clearTimeout(timer);
  }
}
