// What a URL says about where it leads. Rule: pure.

/** Whether a host name, as the URL parser writes it, is this computer (RFC 8252, section 7.3). */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** The port that a URL leads to. */
export function portOf({ port, protocol }: URL): number {
  return Number(port) || (protocol === "http:" ? 80 : 443);
}

/** What keeps a text from being an endpoint, in words; https, except on this computer. */
export function urlProblem(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) return "it is not a URL";
  const isPlain = url.protocol === "http:" && isLoopbackHost(url.hostname);
  if (url.protocol !== "https:" && !isPlain) return "it does not begin with https://";
  return url.hash === "" ? undefined : "a fragment (#…) has no place in it";
}

/** An origin without the slashes that people type at its end; a path follows it. */
export function withoutSlash(origin: string): string {
  return origin.replace(/\/+$/, "");
}
