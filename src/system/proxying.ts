// What only the proxy needs of the world. Rule: loaded by it alone, so that no other start pays for it.

import "./http_failure.ts"; // cannot be loaded when no file descriptor is left

export { openPool } from "./http_pool.ts";
export { serveLocal } from "./local_server.ts";

/** The number of this process. */
export const pid = Deno.pid;
