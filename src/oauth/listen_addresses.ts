// Where to listen. Rule: loopback only (RFC 8252, section 8.3), and the redirect URI is never changed
// to fit what happens to be free.

import { CliError } from "../errors.ts";
import { isLoopbackHost, portOf } from "../urls.ts";

/** A loopback address to listen on. */
export interface ListenAddress {
  readonly hostname: "127.0.0.1" | "::1" | (string & Record<never, never>);
  readonly port: number;
}

/** Addresses that belong together: the first has to be had, its twin only as far as the machine has it. */
export interface ListenCandidate {
  readonly addresses: readonly [ListenAddress, ...ListenAddress[]];
  /** Both have to be had: a name such as `localhost` may lead a browser to either. */
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
  if (listen.length > 0) return listen.map(parseListen);
  const url = new URL(redirectUri);
  if (isLoopbackHost(url.hostname)) return [candidate(url.hostname, portOf(url))];
  return Array.from({ length: PORTS_TO_TRY }, (_, step) => candidate("127.0.0.1", 8443 + step));
}

/** The address as people write it: `127.0.0.1:8443`, `[::1]:8443`. */
export function formatAddress(address: ListenAddress): string {
  const host = address.hostname.includes(":") ? `[${address.hostname}]` : address.hostname;
  return `${host}:${address.port}`;
}

function parseListen(text: string): ListenCandidate {
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
      {
        next: "give a loopback address, such as --listen 127.0.0.1:8443",
      },
    );
  }
  return candidate(url.hostname, portOf(url));
}

function candidate(hostname: string, port: number): ListenCandidate {
  const v4 = { hostname: "127.0.0.1", port };
  const v6 = { hostname: "::1", port };
  if (hostname === "localhost") return { addresses: [v4, v6], needsTwin: true };
  if (hostname === "127.0.0.1") return { addresses: [v4, v6], needsTwin: false };
  if (hostname === "[::1]") return { addresses: [v6, v4], needsTwin: false };
  return { addresses: [{ hostname, port }], needsTwin: false };
}
