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
import { streamOf } from "./framing.ts";
import { inputOf } from "./input.ts";

/** A connection that carries no request. */
interface KeptConnection {
  readonly origin: string;
  readonly connection: Connection;
  readonly since: number;
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
/** One that waited for so long is looked at before it is used, in milliseconds. */
const RESTED = 1_000;

/** @param caCertificates PEM texts of authorities that are trusted besides the built-in ones. */
export function upstream(
  caCertificates: readonly string[],
  proxying: Pick<Proxying, "openPool" | "failureOf">,
  system: Pick<System, "fetchStream" | "sleep">,
): Upstream {
  const pool = proxying.openPool(caCertificates);
  const kept = keptConnections(system);
  const exchangeOn = (connection: Connection, request: UpstreamRequest): Promise<UpstreamAnswer> =>
    exchange(request, connection, () => kept.keep(request.origin, connection), proxying);
  return {
    async send(request, mayReuse) {
      const { origin, hangUp } = request;
      const used = mayReuse ? await kept.take(origin) : undefined;
      try {
        if (used !== undefined) return await exchangeOn(used, request);
      } catch (error) {
        if (!isLostAnswer(error)) throw error; // else it was closed just now
      }
      const peer = await pool.connect(new URL(origin), hangUp.signal());
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
  take(origin: string): Promise<Connection | undefined> | undefined;
  keep(origin: string, connection: Connection): void;
}

function keptConnections(system: Pick<System, "sleep">): KeptConnections {
  const all: KeptConnection[] = [];
  let isClosed = false;
  return {
    async take(origin) {
      for (let at = all.length - 1; at >= 0; at--) {
        const own = all[at];
        if (own?.origin !== origin) continue;
        all.splice(at, 1);
        if (performance.now() - own.since < RESTED || await isQuiet(own.connection, system)) {
          return own.connection;
        }
        own.connection.peer.cut();
      }
    },
    keep(origin, connection) {
      if (isClosed) return connection.peer.cut();
      if (all.length >= MOST_KEPT) all.shift()?.connection.peer.cut();
      const since = performance.now();
      connection.peer.deadline = since + IDLE;
      all.push({ origin, connection, since });
    },
    [Symbol.dispose]() {
      isClosed = true;
      for (const { connection } of all.splice(0)) connection.peer.cut();
    },
  };
}

/** Whether it was not closed meanwhile, and nothing came that is the answer to nothing. */
async function isQuiet({ input }: Connection, system: Pick<System, "sleep">): Promise<boolean> {
  let isQuiet = true;
  void input.stirs().then(() => isQuiet = false);
  await system.sleep(0);
  return isQuiet;
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
