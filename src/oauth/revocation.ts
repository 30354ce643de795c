// Token revocation (RFC 7009). Rule: best effort; a failure is reported, never fatal.

import * as oauth from "oauth4webapi";
import { cannotUseNow } from "../base/attempts.ts";
import { asObject } from "../base/json.ts";
import type { Secret } from "../base/secret.ts";
import type { System } from "../system/contract.ts";
import { type AuthorizationServer, type OAuthClient, toWire, wireOptions } from "./wire.ts";

/**
 * Asks the server to revoke a token; a server revokes the whole grant with a refresh token.
 *
 * @returns whether the server said that the token is no longer valid, from now or before.
 * @throws {CliError} `unavailable` when the server cannot be reached.
 */
export async function revoke(
  token: Secret,
  hint: "refresh_token" | "access_token",
  server: AuthorizationServer,
  client: OAuthClient,
  system: Pick<System, "fetch">,
  timeout?: number,
): Promise<boolean> {
  const response = await oauth.revocationRequest(
    ...toWire(server, client),
    token.reveal(),
    { ...wireOptions(server, system, timeout), additionalParameters: { token_type_hint: hint } },
  );
  if (response.status < 500 && response.status !== 429) {
    return response.status === 200 || await isAlreadyInvalid(response);
  }
  const endpoint = server.revocationEndpoint ?? server.tokenEndpoint;
  throw cannotUseNow(endpoint, `it answered HTTP ${response.status}`);
}

/** Some servers answer a token that is no longer valid with an error, instead of the 200 of RFC 7009, section 2.2. */
async function isAlreadyInvalid(response: Response): Promise<boolean> {
  const body = asObject(await response.json().catch(() => undefined));
  return ["invalid_token", "invalid_grant"].some((error) => error === body?.["error"]);
}
