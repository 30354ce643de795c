// What only the proxy needs of the world. Rule: loaded by it alone, so that no other start pays for it.

import type { CliError } from "../base/errors.ts";
import { fetchFailure } from "./http_failure.ts"; // cannot be loaded when no file descriptor is left
import { silentFor } from "./silence.ts";

export { openPool } from "./http_pool.ts";
export { sayLater } from "./late_lines.ts";
export { serveLocal } from "./local_server.ts";

export const pid = Deno.pid;

/** See {@link Proxying.failureOf}. */
export function failureOf(error: unknown, url: URL, silence?: number): Promise<CliError> {
  const signer = (): Promise<undefined> => Promise.resolve(undefined); // the certificate was trusted
  const shown = silence === undefined ? error : silentFor(silence);
  return fetchFailure(shown, { url, proxy: undefined, signer });
}
