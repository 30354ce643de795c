// A connection of our own to a server of HTTP/1.1. Rule: there is none where another proxy is between.

import { portOf } from "../base/urls.ts";
import { dial, type Wire } from "./dial.ts";
import { proxyFor } from "./proxies.ts";
import { silentFor } from "./silence.ts";

/** How long connecting may take, in milliseconds. */
const CONNECT_TIME = 10_000;

/** What is thrown when a server accepts a connection and does not speak TLS. To fetch it would be as silent. */
export const SILENT: DOMException = silentFor(CONNECT_TIME);

/**
 * When handshakes were given up. Deno 2.9.6 keeps the descriptor of each until the server ends it as well; with so many
 * in an hour we connect in a way that keeps none. To fetch such a server would be silent for two minutes.
 */
let givenUp: readonly number[] = [];
const MOST_GIVEN_UP = 16;
const HOUR = 3_600_000;

function areTooManyGivenUp(): boolean {
  const now = performance.now();
  givenUp = givenUp.filter((at) => now - at < HOUR);
  return givenUp.length >= MOST_GIVEN_UP;
}

/**
 * `undefined` when another proxy is between: then it is for fetch to connect.
 *
 * @throws what the system or the server has against it; {@link SILENT}; the signal's reason.
 */
export async function wireTo(
  url: URL,
  caCertificates: readonly string[],
  signal: AbortSignal,
): Promise<Wire | undefined> {
  if (proxyFor(url, Deno.env.get) !== undefined) return undefined;
  const hostname = url.hostname.replace(/^\[|\]$/g, "");
  const ended = AbortSignal.any([signal, AbortSignal.timeout(CONNECT_TIME)]);
  const isEncrypted = url.protocol === "https:";
  const isCareful = isEncrypted && areTooManyGivenUp();
  const open = isCareful ? (await import("./dial_through.ts")).dialThrough : dial;
  const wire = await open({ hostname, port: portOf(url) }, ended);
  const cut = (): void => {
    if (!isCareful) givenUp = [...givenUp, performance.now()];
    wire.cut();
  };
  ended.addEventListener("abort", cut);
  try {
    if (isEncrypted) await wire.encrypt(hostname, caCertificates, "http/1.1");
    ended.throwIfAborted();
    return wire;
  } catch (error) {
    wire.cut();
    signal.throwIfAborted();
    throw ended.aborted ? SILENT : error;
  } finally {
    ended.removeEventListener("abort", cut);
  }
}
