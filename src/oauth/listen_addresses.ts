// Where to listen. Rule: loopback only (RFC 8252, section 8.3), and the redirect URI is never changed
// to fit what happens to be free.

import { CliError } from "../base/errors.ts";
import { isLoopbackHost, portOf } from "../base/urls.ts";

export interface ListenAddress {
  readonly hostname: "127.0.0.1" | "::1" | (string & Record<never, never>);
  readonly port: number;
}

/** Addresses that belong together: 127.0.0.1 and [::1] at one port. The first is always needed. */
export interface ListenCandidate {
  readonly addresses: readonly [ListenAddress, ...ListenAddress[]];
  /**
   * Both are needed, if the computer has both: the browser may be led to either, and another program
   * that listens on one of them would get the code.
   */
  readonly needsTwin: boolean;
}

/** How many ports are tried from 8443 on when the redirect URI does not fix one. */
const PORTS_TO_TRY = 5;

/**
 * The candidates in their order: what `--listen` names; else where a loopback redirect URI points, that
 * and nothing else; else 127.0.0.1:8443 and the next free ports.
 */
export function listenCandidates(
  redirectUri: string,
  listen: readonly string[],
): ListenCandidate[] {
  const url = new URL(redirectUri);
  if (listen.length > 0) return listen.map((text) => parseListen(text, url.hostname));
  if (isLoopbackHost(url.hostname)) return [candidate(url.hostname, portOf(url), url.hostname)];
  const ports = Array.from({ length: PORTS_TO_TRY }, (_, step) => 8443 + step);
  return ports.map((port) => candidate("127.0.0.1", port, url.hostname));
}

/** The address as people write it: `127.0.0.1:8443`, `[::1]:8443`. */
export function formatAddress(address: ListenAddress): string {
  const host = address.hostname.includes(":") ? `[${address.hostname}]` : address.hostname;
  return `${host}:${address.port}`;
}

function parseListen(text: string, redirectHost: string): ListenCandidate {
  const url = URL.canParse(`http://${text}`) ? new URL(`http://${text}`) : undefined;
  const isPlain = url !== undefined && url.pathname === "/" && url.search === "" &&
    url.username === "";
  if (!isPlain || !/:[1-9]\d*$/.test(text)) {
    throw new CliError("usage", `Cannot listen on "${text}": that is not HOST:PORT`, {
      next: "give it as --listen 127.0.0.1:8443",
    });
  }
  if (!isLoopbackHost(url.hostname)) {
    throw new CliError(
      "usage",
      `Cannot listen on ${text}: only this computer may send the answer`,
      { next: "give a loopback address, such as --listen 127.0.0.1:8443" },
    );
  }
  return candidate(url.hostname, portOf(url), redirectHost);
}

function candidate(hostname: string, port: number, redirectHost: string): ListenCandidate {
  const v4 = { hostname: "127.0.0.1", port };
  const v6 = { hostname: "::1", port };
  // a relay leads to 127.0.0.1 or localhost, and localhost is either address
  const needsTwin = hostname === "localhost" || hostname !== redirectHost;
  if (hostname === "127.0.0.1" || hostname === "localhost") {
    return { addresses: [v4, v6], needsTwin };
  }
  if (hostname === "[::1]") return { addresses: [v6, v4], needsTwin };
  return { addresses: [{ hostname, port }], needsTwin: false };
}
