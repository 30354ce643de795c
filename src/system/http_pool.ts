// What the requests of the proxy share. Rule: a server is asked by a connection of our own, unless another proxy
// carries the request there: then, and when the server cannot be reached, it is for fetch to send it or to say why.

import type { HttpPool, Peer } from "./contract.ts";
import { httpClient } from "./http_client.ts";
import { SILENT, wireTo } from "./http_wire.ts";
import { peerOn, watchDeadlines } from "./peers.ts";
import { proxyFor } from "./proxies.ts";

/** How long a connection of fetch waits for its next request, in milliseconds: servers and firewalls forget it as well. */
const IDLE = 25_000;

/** See {@link Proxying.openPool}. Each origin has a client, since another proxy may carry it. */
export function openPool(caCertificates: readonly string[]): HttpPool {
  const clients = new Map<string, Deno.HttpClient>();
  const peers = new Set<Peer>();
  const rounds = watchDeadlines(peers);
  let isClosed = false;
  const endWhenDone = (): void => {
    if (isClosed && peers.size === 0) rounds[Symbol.dispose]();
  };
  return {
    clientFor(url) {
      const known = clients.get(url.origin);
      if (known !== undefined) return known;
      const pool = { poolIdleTimeout: IDLE };
      const client = httpClient(proxyFor(url, Deno.env.get), caCertificates, undefined, pool);
      clients.set(url.origin, client);
      return client;
    },
    async connect(url, signal) {
      const wire = await wireTo(url, caCertificates, signal).catch((error) => {
        if (error === SILENT) throw error;
      });
      if (signal.aborted) wire?.cut();
      signal.throwIfAborted();
      if (wire === undefined) return undefined;
      const peer = peerOn(wire, () => {
        peers.delete(peer);
        wire.cut();
        endWhenDone();
      });
      peers.add(peer);
      return peer;
    },
    [Symbol.dispose]() {
      isClosed = true;
      endWhenDone(); // until then those that are in use keep their deadlines
      for (const client of clients.values()) client.close();
    },
  };
}
