// The authorization code grant with PKCE (RFC 6749, section 4.1; RFC 7636). Rule: one attempt, made
// first and never changed, is bound to one authorization server; whichever way the answer takes.

import { signIn } from "../base/words.ts";
import * as oauth from "oauth4webapi";
import { CliError } from "../base/errors.ts";
import { onlyDefined } from "../base/json.ts";
import { Secret } from "../base/secret.ts";
import { printable } from "../base/masking.ts";
import { relayState } from "./relay.ts";
import { signInRejectedError } from "./refusals.ts";
import { type Grant, readGrant, readReply, type Refusal } from "./token_response.ts";
import {
  type AuthorizationServer,
  type OAuthClient,
  type TokenRequestSystem,
  toWire,
  wireOptions,
} from "./wire.ts";

/** What the user's answer must match. */
export interface Attempt {
  readonly server: AuthorizationServer;
  readonly client: OAuthClient;
  /** Sent byte for byte as it was given, here and in the exchange. */
  readonly redirectUri: string;
  readonly state: Secret;
  /** Absent when a profile turned PKCE off. */
  readonly codeVerifier?: Secret;
  /** Goes with every request for the scope `openid`. */
  readonly nonce?: Secret;
  /** The authorization request, for the browser. */
  readonly url: string;
}

/** What to ask for. */
export interface AttemptOptions {
  readonly redirectUri: string;
  /** Empty when the request is to have none. */
  readonly scope: string;
  readonly pkce: boolean;
  /** Empty when the request is to have none. */
  readonly prompt?: string | undefined;
  /** The listener's port, when a relay has to find it. */
  readonly relayPort?: number | undefined;
}

/** Makes an attempt: 32 random octets each for state, code verifier and nonce; PKCE method S256. */
export async function startAttempt(
  server: AuthorizationServer,
  client: OAuthClient,
  options: AttemptOptions,
): Promise<Attempt> {
  const random = oauth.generateRandomState();
  const { relayPort } = options;
  const state = relayPort === undefined ? random : relayState(relayPort, random);
  const codeVerifier = options.pkce ? oauth.generateRandomCodeVerifier() : undefined;
  const scopes = options.scope.split(" ");
  const nonce = scopes.includes("openid") ? oauth.generateRandomNonce() : undefined;
  // an issuer may give no refresh token without it (OpenID Connect Core 1.0, section 11)
  const needsConsent = server.issuer !== undefined && scopes.includes("offline_access");
  const url = new URL(server.authorizationEndpoint);
  const parameters = onlyDefined({
    response_type: "code",
    client_id: client.clientId,
    redirect_uri: options.redirectUri,
    scope: options.scope || undefined,
    state,
    nonce,
    prompt: (options.prompt ?? (needsConsent ? "consent" : "")) || undefined,
    code_challenge: codeVerifier && await oauth.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: codeVerifier && "S256",
  });
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return onlyDefined({
    server,
    client,
    redirectUri: options.redirectUri,
    state: new Secret(state),
    codeVerifier: codeVerifier === undefined ? undefined : new Secret(codeVerifier),
    nonce: nonce === undefined ? undefined : new Secret(nonce),
    url: url.href,
  });
}

/**
 * Exchanges the code in an authorization response for tokens (RFC 6749, section 4.1.3).
 *
 * A code is sent once and never again: a second use revokes what the first one gave.
 *
 * @param parameters of the authorization response; their state has been compared already.
 * @throws {CliError} `denied` when the user declined or the server rejected it, `unavailable` when the server
 * cannot be used now.
 */
export async function exchangeCode(
  attempt: Attempt,
  parameters: URLSearchParams,
  system: TokenRequestSystem,
): Promise<Grant> {
  const { server, client, nonce } = attempt;
  const sentAt = system.now();
  const checked = validateResponse(attempt, parameters);
  const response = await oauth.authorizationCodeGrantRequest(
    ...toWire(server, client),
    checked,
    attempt.redirectUri,
    attempt.codeVerifier?.reveal() ?? oauth.nopkce,
    wireOptions(server, system),
  );
  const reply = await readReply(response, server);
  if (reply.kind === "refused") {
    throw signInRejectedError({ ...attempt, at: "exchange", refusal: reply.refusal });
  }
  return readGrant(reply.body, { server, client, sentAt, nonce, asksOpenid: nonce !== undefined });
}

function validateResponse(attempt: Attempt, parameters: URLSearchParams): URLSearchParams {
  const error = parameters.get("error");
  if (error !== null) {
    const refusal = refusalIn(parameters, error);
    throw signInRejectedError({ ...attempt, at: "authorization", refusal });
  }
  const [server, client] = toWire(attempt.server, attempt.client);
  const believed = new URLSearchParams(parameters);
  if (attempt.server.issuer === undefined) believed.delete("iss"); // nothing to compare it with
  try {
    return oauth.validateAuthResponse(server, client, believed, attempt.state.reveal());
  } catch (error) {
    // the library's error holds the parameters, so it goes no further
    const reason = error instanceof Error
      ? printable(error.message)
      : "a part of it is missing or damaged";
    throw new CliError("denied", `Cannot accept the browser's answer: ${reason}`, {
      next: signIn(),
    });
  }
}

/** An error at the redirection endpoint (RFC 6749, section 4.1.2.1). */
function refusalIn(parameters: URLSearchParams, error: string): Refusal {
  const description = parameters.get("error_description");
  return onlyDefined({
    status: 0,
    error: printable(error),
    description: description === null ? undefined : printable(description),
  });
}
