// The lease of a lock in etcd: with it the lock ends. Rule: it is kept alive for as long as its holder wants it and etcd
// can be reached, and it ends by itself soon after.

import type { EngineSystem } from "./engine.ts";
import type { EtcdClient } from "./etcd_client.ts";

/** What keeping a lease needs. */
export interface LeasePlace {
  readonly client: Pick<EtcdClient, "call">;
  readonly system: Pick<EngineSystem, "monotonic" | "sleep">;
}

/** How long a lock outlives its holder, in seconds. */
export const LEASE = 60;
/** How often it is kept alive, in milliseconds. */
const KEEP_ALIVE = 15_000;
/** How soon that is tried again after it failed, in milliseconds. */
const KEEP_ALIVE_AGAIN = 1_000;

/**
 * Keeps a lease alive until `stop`. A failure may pass, as when a member is replaced: it is tried again for as long as
 * the lease lasts. The next write notices a lease that has expired.
 */
export async function keepAlive(
  lease: string,
  { client, system }: LeasePlace,
  signal: AbortSignal,
): Promise<void> {
  const { monotonic, sleep } = system;
  let pause = KEEP_ALIVE;
  try {
    for (let last = monotonic(); monotonic() - last < LEASE * 1000;) {
      await sleep(pause, signal);
      const isKept = await client.call("/v3/lease/keepalive", { ID: lease }).then(
        () => true,
        () => false,
      );
      if (isKept) last = monotonic();
      pause = isKept ? KEEP_ALIVE : KEEP_ALIVE_AGAIN;
    }
  } catch {
    // stopped
  }
}

/** Gives a lease back, and with it the lock; else it expires. */
export async function revokeLease(
  lease: string,
  { client }: Pick<LeasePlace, "client">,
): Promise<void> {
  await client.call("/v3/lease/revoke", { ID: lease }).catch(() => {});
}
