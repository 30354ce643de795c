// The one path at which Deno permits a Unix socket. Rule: pure.

/**
 * Where a Unix socket is made before it is moved to its place. Deno permits sockets by their whole path alone, and a
 * person names any; so `d` in this directory leads to a new directory beside the path that was named.
 */
export const SOCKET_STAGE = "/tmp/anaplan-auth-proxy";
