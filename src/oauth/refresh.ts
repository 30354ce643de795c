// Refreshes a token set. Rule: wire objects stay inside src/oauth/; what comes out is a TokenSet or a
// CliError that says whether the login is over.

import { signIn, type Words } from "../base/words.ts";
import * as oauth from "oauth4webapi";
import { IN_A_MINUTE } from "../base/attempts.ts";
import { CliError, type ErrorKind } from "../base/errors.ts";
import type { Secret } from "../base/secret.ts";
import type { TokenSet } from "./token_set.ts";
import {
  type Grant,
  readGrant,
  readReply,
  type Refusal,
  rejectionError,
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
 * The request is sent once more when the connection was cut before a 2xx, and after a short `Retry-After`. A response
 * without a refresh token keeps the old one.
 *
 * @throws {CliError} as {@link REFUSALS} says; `unavailable` when the same refresh may work later.
 */
export async function refresh(
  tokenSet: TokenSet & { readonly refreshToken: Secret },
  server: AuthorizationServer,
  client: OAuthClient,
  system: TokenRequestSystem,
): Promise<Grant> {
  const sentAt = system.now();
  const wire = toWire(server, client);
  const token = tokenSet.refreshToken.reveal();
  const send = (): Promise<Response> =>
    oauth.refreshTokenGrantRequest(...wire, token, wireOptions(server, system));
  const reply = await readReply(await sendPatiently(send, server, system), server);
  if (reply.kind === "refused") throw refreshRejectedError(reply.refusal, server);
  return readGrant(reply.body, { server, client, sentAt, previous: tokenSet });
}

/**
 * Sends; once more when the connection was cut before a 2xx, and once more after a short `Retry-After` (RFC 9110,
 * section 10.2.3). Never again after a timeout: the server may have rotated, and the answer may be late.
 */
async function sendPatiently(
  send: () => Promise<Response>,
  { tokenEndpoint }: AuthorizationServer,
  system: TokenRequestSystem,
): Promise<Response> {
  let mayResend = true;
  let mayWait = true;
  for (;;) {
    try {
      const response = await send();
      if (response.status !== 429 || !mayWait) return response;
      const { retryAfter } = await import("../base/retry_after.ts");
      const wait = retryAfter(response.headers, system.now());
      if (wait === undefined || wait > LONGEST_RETRY_AFTER) return response;
      mayWait = false;
      // nothing is on its way: a signal that ends the program need not wait
      await system.sleep(wait, system.interruption(), new URL(tokenEndpoint).host);
    } catch (error) {
      const isCut = error instanceof CliError && error.isCut === true;
      if (!isCut || !mayResend) throw error;
      mayResend = false;
    }
  }
}

interface RefusalMeaning {
  readonly errors: readonly string[];
  readonly kind: ErrorKind;
  /** Why, with the error code in brackets behind it. */
  readonly reason: string;
  readonly next: Words;
}

const SIGN_IN = signIn();

/**
 * Refusals by their error code (RFC 6749, section 5.2; RFC 8628, section 3.5). `login_required` marks the
 * login as rejected; every other kind leaves it as it is.
 */
const REFUSALS: readonly RefusalMeaning[] = [
  {
    errors: ["invalid_grant"],
    kind: "login_required",
    reason: "rejected the refresh token",
    next: SIGN_IN,
  },
  {
    errors: ["invalid_client", "unauthorized_client"],
    kind: "denied",
    reason: "rejected the client or its secret",
    next: SIGN_IN,
  },
  {
    errors: ["invalid_request", "invalid_scope", "unsupported_grant_type"],
    kind: "denied",
    reason: "rejected the request",
    next: SIGN_IN, // some servers say invalid_request of a refresh token that expired
  },
  {
    errors: ["temporarily_unavailable", "server_error", "slow_down", "rate_limit_exceeded"],
    kind: "unavailable",
    reason: "cannot answer now",
    next: IN_A_MINUTE,
  },
];

/** Any other code may be a gateway's. */
const OTHER_REFUSAL = {
  kind: "unavailable",
  reason: "did not answer the request",
  next: IN_A_MINUTE,
} as const;

function refreshRejectedError(refusal: Refusal, server: AuthorizationServer): CliError {
  const { error } = refusal;
  const { kind, reason, next } = REFUSALS.find(({ errors }) => errors.includes(error)) ??
    OTHER_REFUSAL;
  return rejectionError(kind, "Cannot refresh the login", refusal, {
    reason: `${server.name} ${reason} (${error})`,
    next,
  });
}
