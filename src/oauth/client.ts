// Refreshes a token set. Rule: wire objects stay inside src/oauth/; what comes out is a TokenSet or a
// CliError that says whether the login is over.

import * as oauth from "oauth4webapi";
import { CliError } from "../errors.ts";
import { defined } from "../json.ts";
import { retryAfter } from "../retry_after.ts";
import type { Secret } from "../secret.ts";
import type { TokenSet } from "../token_set.ts";
import {
  processed,
  readTokenReply,
  type Refusal,
  refusedError,
  toTokenSet,
} from "./token_response.ts";
import {
  type AuthorizationServer,
  type OAuthClient,
  type TokenRequestSystem,
  toWire,
  wireOptions,
} from "./wire.ts";

/** The longest `Retry-After` that is waited out, in milliseconds. */
const LONGEST_RETRY_AFTER = 10_000;

/**
 * Exchanges the refresh token for a new token set (RFC 6749, section 6).
 *
 * A lost answer is asked for once more with the same refresh token, and a short `Retry-After` is
 * waited out once. A response without a refresh token keeps the old one.
 *
 * @throws {CliError} `login_required` when the server ended the login, `denied` when it does not
 * accept the client or the request, `unavailable` when the same refresh may work later.
 */
export async function refresh(
  tokenSet: TokenSet & { readonly refreshToken: Secret },
  server: AuthorizationServer,
  client: OAuthClient,
  system: TokenRequestSystem,
): Promise<TokenSet> {
  const sentAt = system.now();
  const wire = toWire(server, client);
  const send = (): Promise<Response> =>
    oauth.refreshTokenGrantRequest(
      wire.server,
      wire.client,
      wire.authentication,
      tokenSet.refreshToken.reveal(),
      wireOptions(server, system),
    );
  const reply = await readTokenReply(await sendPatiently(send, system), server);
  if (reply.kind === "refused") throw refreshRefused(reply.refusal, server);
  const body = await processed(
    server,
    () => oauth.processRefreshTokenResponse(wire.server, wire.client, reply.response),
  );
  const next = toTokenSet(body, sentAt, server, client, tokenSet.refreshToken);
  const rotates = body.refresh_token !== undefined &&
    body.refresh_token !== tokenSet.refreshToken.reveal();
  return defined({
    ...next,
    scope: next.scope ?? tokenSet.scope,
    subject: tokenSet.subject ?? next.subject,
    refreshTokenRotates: rotates,
    refreshTokenExpiresAt: next.refreshTokenExpiresAt ??
      (rotates ? undefined : tokenSet.refreshTokenExpiresAt),
    refreshTokenSavedAt: body.refresh_token === undefined
      ? tokenSet.refreshTokenSavedAt
      : next.refreshTokenSavedAt,
  });
}

/**
 * Sends; once more when the answer was lost, and once more after a short `Retry-After` (RFC 9110,
 * section 10.2.3).
 */
async function sendPatiently(
  send: () => Promise<Response>,
  system: TokenRequestSystem,
): Promise<Response> {
  let mayResend = true;
  let mayWait = true;
  while (true) {
    try {
      const response = await send();
      const wait = retryAfter(response.headers, system.now());
      const isShort = wait !== undefined && wait <= LONGEST_RETRY_AFTER;
      if (response.status !== 429 || !isShort || !mayWait) return response;
      mayWait = false;
      await system.sleep(wait);
    } catch (error) {
      if (!(error instanceof CliError && error.answerLost) || !mayResend) throw error;
      mayResend = false;
    }
  }
}

function refreshRefused(refusal: Refusal, server: AuthorizationServer): CliError {
  const { error, status } = refusal;
  const isAboutClient = error === "invalid_client" || error === "unauthorized_client";
  const endsLogin = error === "invalid_grant" ||
    (error !== undefined && !isAboutClient && (status === 401 || status === 403));
  if (endsLogin) {
    return refusedError("login_required", "Cannot refresh the login", refusal, {
      reason: `${server.name} no longer accepts the refresh token (${error})`,
      next: "anaplan-auth login",
    });
  }
  return refusedError("denied", "Cannot refresh the login", refusal, {
    reason: isAboutClient
      ? `${server.name} does not accept the client or its secret (${error})`
      : `${server.name} refused the request (${error ?? `HTTP ${status}`})`,
    next: "anaplan-auth login",
  });
}
