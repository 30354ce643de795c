// What the requests of the proxy share: connections, and one timer. Rule: connections for what may be sent twice only.

import type { HttpPool, SilenceWatch } from "./contract.ts";
import { onlyProxy } from "./http_client.ts";
import { proxyFor } from "./proxies.ts";
import { type PassiveWatch, passiveWatch, STOPPED_THRESHOLD } from "./silence.ts";

/** How long a connection waits for its next request, in milliseconds: servers and firewalls forget it as well. */
const IDLE = 25_000;

/**
 * See {@link Proxying.openPool}. For requests that may be sent twice only: a pooled connection that was reset makes fetch send one again.
 *
 * Each origin has a client, since another proxy may carry it.
 */
export function openPool(caCertificates: readonly string[]): HttpPool {
  const clients = new Map<string, Deno.HttpClient>();
  const silence = sharedWatch();
  return {
    watch: silence.watch,
    clientFor(url) {
      const known = clients.get(url.origin);
      if (known !== undefined) return known;
      using _environment = onlyProxy(proxyFor(url, Deno.env.get));
      const options = { poolIdleTimeout: IDLE, caCerts: [...caCertificates] };
      const client = Deno.createHttpClient(options);
      clients.set(url.origin, client);
      return client;
    },
    [Symbol.dispose]() {
      silence[Symbol.dispose]();
      for (const client of clients.values()) client.close();
    },
  };
}

/** How often a shared watch looks, in milliseconds. */
const WATCH_INTERVAL = 1_000;

/** Watches for many requests with one timer: one for each would cost a short request a tenth of its time. */
interface SharedWatch extends Disposable {
  /** As `watchSilence`; the silence may be a second longer. */
  watch(longest: number, signal: AbortSignal | undefined): SilenceWatch;
}

function sharedWatch(): SharedWatch {
  const all = new Set<PassiveWatch>();
  let due = performance.now() + WATCH_INTERVAL;
  const rounds = setInterval(() => {
    const now = performance.now();
    const isLate = now - due > STOPPED_THRESHOLD;
    due = now + WATCH_INTERVAL;
    for (const own of isLate ? [] : all) if (own.silentAt < now) own.giveUp();
  }, WATCH_INTERVAL);
  return {
    watch(longest, signal) {
      const own = passiveWatch(longest, signal);
      all.add(own);
      return {
        ...own.watch,
        [Symbol.dispose]() {
          all.delete(own);
          own.leave();
        },
      };
    },
    [Symbol.dispose]: () => clearInterval(rounds),
  };
}
