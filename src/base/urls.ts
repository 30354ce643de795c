// What a URL says about where it leads. Rule: pure.

import { isLoopbackHost, urlProblem } from "./json.ts";

// they are with what reads a login, which loads no file besides
export { isLoopbackHost, urlProblem };

export function portOf({ port, protocol }: URL): number {
  return Number(port) || (protocol === "http:" ? 80 : 443);
}

/**
 * What keeps a URL of an issuer's metadata from being its endpoint, in words. Hosts of Anaplan and of this
 * computer are those of another server (RFC 9700, section 4.4), unless the issuer is there itself.
 */
export function endpointProblem(text: string, issuer: string): string | undefined {
  const problem = urlProblem(text);
  if (problem !== undefined) return problem;
  const is = (isThere: (hostname: string) => boolean): boolean =>
    isThere(hostnameOf(text)) && !isThere(hostnameOf(issuer));
  if (is(isAnaplanHost)) {
    return "it is at Anaplan, and the issuer is not";
  }
  return is(isLoopbackHost) ? "it is on this computer, and the issuer is not" : undefined;
}

function hostnameOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname.replace(/\.$/, "") : "";
}

/** Whether a host name is of a server at Anaplan. */
export function isAnaplanHost(hostname: string): boolean {
  return /(^|\.)anaplan\.com$/.test(hostname);
}

/** An origin without the slashes that people type at its end; a path follows it. */
export function withoutSlash(origin: string): string {
  return origin.replace(/\/+$/, "");
}
