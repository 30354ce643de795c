// Listens on a loopback address. Rule: exclusive, and closing takes a moment however peers behave.

import type { Listening, ListenOptions } from "../system.ts";
import { maskUrl } from "./http.ts";

/** How long a written answer has to reach its reader before connections are cut, in milliseconds. */
const FLUSH_TIME = 100;
/** How long answers that are being made may take to be written, in milliseconds. */
const FLUSH_LIMIT = 500;

/** Opens a listener, or says why that is impossible; see {@link System.serve}. */
export function listen(options: ListenOptions, trace: (text: string) => void): Listening {
  const abort = new AbortController();
  const underWay = new Set<Promise<Response>>();
  try {
    const server = Deno.serve({
      hostname: options.hostname,
      port: options.port,
      ...(options.tls ? { cert: options.tls.certificate, key: options.tls.key } : {}),
      signal: abort.signal,
      onListen: () => {},
      onError: () => new Response(null, { status: 500 }),
    }, async (request) => {
      const answering = options.handle(request);
      underWay.add(answering);
      const response = await answering.finally(() => underWay.delete(answering));
      trace(`listener: ${request.method} ${maskUrl(new URL(request.url))} ${response.status}`);
      return response;
    });
    // The first handshake pays some 20 ms for its random seed; making a key now pays it while the
    // person is still reading.
    const warm = crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
    return {
      kind: "open",
      port: server.addr.port,
      async close() {
        // server.shutdown() would wait for every peer, and one that never finishes its handshake is
        // one too many; aborting at once would cut the page that was just answered.
        await within(FLUSH_LIMIT, Promise.allSettled(underWay));
        await new Promise((resolve) => setTimeout(resolve, FLUSH_TIME));
        abort.abort();
        await Promise.all([server.finished, warm]);
      },
    };
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return { kind: "taken" };
    if (error instanceof Deno.errors.PermissionDenied) return { kind: "refused" };
    if (error instanceof Deno.errors.AddrNotAvailable) return { kind: "unsupported" };
    throw error;
  }
}

async function within(limit: number, work: Promise<unknown>): Promise<void> {
  const time = Promise.withResolvers<void>();
  const timer = setTimeout(time.resolve, limit);
  await Promise.race([work, time.promise]);
  clearTimeout(timer);
}
