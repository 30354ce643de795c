// The connections to the APIs. Rule: only a request that may be sent twice is put on one that was used before, since
// the API may have closed that one just now; each carries one request at a time, and no more are kept than are used.

import type { HttpPool, Proxying, StreamRequest, System } from "../system/contract.ts";
import type { RequestBody } from "./body.ts";
import {
  type Connection,
  exchange,
  isLostAnswer,
  type UpstreamAnswer,
  type UpstreamRequest,
} from "./exchange.ts";
import { BROKEN, streamOf } from "../system/framing.ts";
import { inputOf } from "../system/input.ts";

/** A connection that carries no request. */
interface KeptConnection {
  readonly origin: string;
  readonly connection: Connection;
  /** Until when, by the clock on the wall: no other goes on while a computer sleeps, and servers do not wait. */
  readonly until: number;
}

/** Sends requests to the APIs. Disposal closes the connections that carry none. */
export interface Upstream extends Disposable {
  /**
   * Sends a request.
   *
   * @param mayReuse whether a connection that was used before will do.
   * @throws {CliError} `unavailable` when no answer came; BROKEN when the program hung up.
   */
  send(request: UpstreamRequest, mayReuse: boolean): Promise<UpstreamAnswer>;
}

/** How many connections are kept. */
const MOST_KEPT = 64;
/** How long one waits for its next request, in milliseconds: servers and firewalls forget it as well. */
const IDLE = 25_000;

/** @param caCertificates PEM texts of authorities that are trusted besides the built-in ones. */
export function upstream(
  caCertificates: readonly string[],
  proxying: Pick<Proxying, "openPool" | "failureOf">,
  system: Pick<System, "fetchStream">,
): Upstream {
  const pool = proxying.openPool(caCertificates);
  const kept = keptConnections();
  const exchangeOn = (connection: Connection, request: UpstreamRequest): Promise<UpstreamAnswer> =>
    exchange(request, connection, () => kept.keep(request.origin, connection), proxying);
  return {
    async send(request, mayReuse) {
      const { origin, hangUp } = request;
      const used = kept.take(origin);
      if (!mayReuse) used?.peer.cut(); // the new one is kept in its place
      try {
        if (mayReuse && used !== undefined) return await exchangeOn(used, request);
      } catch (error) {
        if (!isLostAnswer(error)) throw error; // else it was closed just now
      }
      const url = new URL(origin);
      const peer = await pool.connect(url, hangUp.signal()).catch(async (error) => {
        throw error === BROKEN ? error : await proxying.failureOf(error, url);
      });
      if (peer !== undefined) return await exchangeOn({ peer, input: inputOf(peer) }, request);
      return await sendByFetch(request, mayReuse ? pool : undefined, caCertificates, system);
    },
    [Symbol.dispose]() {
      kept[Symbol.dispose]();
      pool[Symbol.dispose]();
    },
  };
}

interface KeptConnections extends Disposable {
  /** The one that was used last. */
  take(origin: string): Connection | undefined;
  keep(origin: string, connection: Connection): void;
}

/** What comes on a kept connection is its end, or the answer to nothing: with either it is cut. */
function keptConnections(): KeptConnections {
  const all: KeptConnection[] = [];
  let isClosed = false;
  return {
    take(origin) {
      const now = performance.now();
      const at = all.findLastIndex((kept) =>
        kept.origin === origin && kept.until > Date.now() && kept.connection.peer.deadline > now
      );
      return at < 0 ? undefined : all.splice(at, 1)[0]?.connection;
    },
    keep(origin, connection) {
      const { peer, input } = connection;
      if (isClosed) return peer.cut();
      if (all.length >= MOST_KEPT) all.shift()?.connection.peer.cut();
      peer.deadline = performance.now() + IDLE;
      const kept = { origin, connection, until: Date.now() + IDLE };
      all.push(kept);
      void input.stirs().then(() => {
        const at = all.indexOf(kept);
        if (at < 0) return; // it is the answer to another request
        all.splice(at, 1);
        peer.cut();
      });
    },
    [Symbol.dispose]() {
      isClosed = true;
      for (const { connection } of all.splice(0)) connection.peer.cut();
    },
  };
}

function flowing(body: RequestBody): Pick<StreamRequest, "body" | "length"> {
  if (body instanceof Uint8Array) return { body };
  const { read, length } = body;
  return { body: streamOf(read), ...(length === undefined ? {} : { length }) };
}

/** Through another proxy, or where no connection could be made: then fetch says why. */
async function sendByFetch(
  { method, origin, target, headers, authorization, body, hangUp }: UpstreamRequest,
  pool: HttpPool | undefined,
  caCertificates: readonly string[],
  system: Pick<System, "fetchStream">,
): Promise<UpstreamAnswer> {
  const response = await system.fetchStream({
    method,
    url: origin + target,
    headers: [...headers, ["authorization", authorization]],
    ...(body === undefined ? {} : flowing(body)),
    ...(pool === undefined ? {} : { pool }),
    caCertificates,
    isTraced: false,
    signal: hangUp.signal(),
  });
  const text = response.headers.get("content-length") ?? "";
  const pieces = response.body[Symbol.asyncIterator]();
  return {
    ...response,
    body: async () => (await pieces.next()).value,
    headers: Array.from(response.headers),
    length: /^\d+$/.test(text) ? Number(text) : undefined,
  };
}
