// A connection of our own to a server of HTTP/1.1. Rule: there is none where another proxy is between.

import { portOf } from "../base/urls.ts";
import { dial, type Wire } from "./dial.ts";
import { proxyFor } from "./proxies.ts";

/** How long connecting may take, in milliseconds. */
const CONNECT_TIME = 10_000;

/** `undefined` when another proxy is between. @throws what the system or the server has against it. */
export async function wireTo(
  url: URL,
  caCertificates: readonly string[],
  signal: AbortSignal,
): Promise<Wire | undefined> {
  if (proxyFor(url, Deno.env.get) !== undefined) return undefined;
  const hostname = url.hostname.replace(/^\[|\]$/g, "");
  const ended = AbortSignal.any([signal, AbortSignal.timeout(CONNECT_TIME)]);
  const wire = await dial({ hostname, port: portOf(url) }, ended);
  const cut = (): void => wire.cut();
  ended.addEventListener("abort", cut);
  try {
    if (url.protocol === "https:") await wire.encrypt(hostname, caCertificates, "http/1.1");
    ended.throwIfAborted();
    return wire;
  } catch (error) {
    wire.cut();
    throw error;
  } finally {
    ended.removeEventListener("abort", cut);
  }
}
