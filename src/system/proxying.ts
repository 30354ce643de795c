// What only the proxy needs of the world. Rule: loaded by it alone, so that no other start pays for it.

export { openPool } from "./http_pool.ts";
export { serveLocal } from "./local_server.ts";

/** The number of this process. */
export const pid = Deno.pid;
