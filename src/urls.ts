// What a URL says about where it leads. Rule: pure.

/** Whether a host name, as the URL parser writes it, is this computer (RFC 8252, section 7.3). */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
