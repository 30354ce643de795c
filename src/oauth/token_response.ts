// Reads what a token endpoint answers. Rule: an answer is believed only when it says the word: nothing
// but an OAuth error ends a login, and nothing but JSON with tokens in it is a success.

import * as oauth from "oauth4webapi";
import { CliError, type ErrorKind } from "../errors.ts";
import { asObject, defined, field, type Fields } from "../json.ts";
import { Secret } from "../secret.ts";
import { printable, quoted } from "../text.ts";
import type { TokenSet } from "../token_set.ts";
import type { AuthorizationServer, OAuthClient } from "./wire.ts";

/** The token endpoint's answer, before its fields are believed. */
export type TokenReply =
  | { readonly kind: "granted"; readonly response: Response }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/** An error response (RFC 6749, section 5.2), or a 400 that has no OAuth error in it. */
export interface Refusal {
  readonly status: number;
  readonly error?: string;
  /** The `error_description`, without control characters. */
  readonly description?: string;
}

/** How long an access token lives when the server does not say, in seconds: Anaplan's documented value. */
const DEFAULT_LIFETIME = 2100;

/** Ten years, in seconds: longer ones are slips, and some are longer than dates can be. */
const LONGEST_LIFETIME = 10 * 365 * 86_400;

/**
 * Reads a token endpoint's answer just far enough to know what it is.
 *
 * @throws {CliError} `unavailable` for 429, 5xx, redirects, HTML, and 401 or 403 that carry no OAuth
 * error: a proxy or an outage, which say nothing about the login.
 */
export async function readTokenReply(
  response: Response,
  server: AuthorizationServer,
): Promise<TokenReply> {
  const { status } = response;
  const text = await response.text();
  const body = parsedObject(text);
  if (status === 200 && body !== undefined && hasCleanTokens(body)) {
    return { kind: "granted", response: cleanResponse(body, server) };
  }
  const error = oauthErrorIn(body);
  if (status >= 400 && status < 500 && status !== 429 && (error !== undefined || status === 400)) {
    const description = body && field(body, "error_description", "string");
    return {
      kind: "refused",
      refusal: defined({
        status,
        error,
        description: description && printable(description),
      }),
    };
  }
  throw unusableAnswer(status, text, server);
}

/**
 * A refresh token is ASCII without control characters (RFC 6749, appendix A.17); an access token has no
 * blank either, or it could not be sent in a header (RFC 6750, section 2.1).
 */
function hasCleanTokens(body: Fields): boolean {
  return /^[\x21-\x7e]*$/.test(field(body, "access_token", "string") ?? "") &&
    /^[\x20-\x7e]*$/.test(field(body, "refresh_token", "string") ?? "");
}

/** The error code, if it is one of OAuth's: gateways put their own words into the same field. */
function oauthErrorIn(body: Fields | undefined): string | undefined {
  const error = body && field(body, "error", "string");
  return error !== undefined && /^[a-z][a-z0-9_]*$/.test(error) ? error : undefined;
}

function unusableAnswer(status: number, text: string, server: AuthorizationServer): CliError {
  const host = new URL(server.tokenEndpoint).host;
  const what = status === 429
    ? "too many requests at the moment (429)"
    : /^\s*</.test(text)
    ? `it answered with a web page (HTTP ${status}), as a proxy does`
    : status === 200
    ? "its answer is not the JSON of a token endpoint"
    : `it answered HTTP ${status}`;
  return new CliError("unavailable", `Cannot use ${host} now: ${what}`, {
    next: "try the same command again in a minute; no saved login was touched",
  });
}

function parsedObject(text: string): Fields | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/**
 * The response as oauth4webapi should see it: always JSON by its header, a lifetime that is a number,
 * and without an id_token that nobody could check since the issuer is unknown.
 */
function cleanResponse(body: Fields, server: AuthorizationServer): Response {
  const sent = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
  const { id_token, expires_in, interval, ...rest } = sent;
  const pause = Number(interval ?? NaN);
  const lifetime = Number(expires_in ?? NaN);
  const cleaned = defined({
    ...rest,
    id_token: server.issuer === undefined ? undefined : id_token,
    expires_in: Number.isFinite(lifetime)
      ? Math.min(Math.max(0, lifetime), LONGEST_LIFETIME)
      : undefined,
    interval: pause > 0 ? Math.min(pause, LONGEST_LIFETIME) : undefined, // of a device authorization; nothing is no interval
  });
  return Response.json(cleaned);
}

/** Lets oauth4webapi check a response, and translates its complaint. */
export async function processed<T>(
  server: AuthorizationServer,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CliError) throw error;
    // the library's error holds the response, so it goes no further than its message
    const reason = error instanceof Error
      ? printable(error.message)
      : "it is not what OAuth asks for";
    const isUnexpected = server.issuer === undefined;
    throw new CliError(
      isUnexpected ? "unavailable" : "denied",
      `Cannot accept the answer of ${new URL(server.tokenEndpoint).host}: ${reason}`,
      {
        next: /"(exp|iat|nbf)"|auth_time/.test(reason)
          ? "set this computer's clock (anaplan-auth doctor says how far it is off), then try again"
          : "try again; if it stays so, check the endpoints of the profile",
      },
    );
  }
}

/** The token set in a checked token response. `sentAt` is when it was asked for: never too late. */
export function toTokenSet(
  body: oauth.TokenEndpointResponse,
  sentAt: number,
  server: AuthorizationServer,
  client: OAuthClient,
  oldRefreshToken?: Secret,
): TokenSet {
  const refreshToken = body.refresh_token === undefined
    ? oldRefreshToken
    : new Secret(body.refresh_token);
  return defined({
    accessToken: new Secret(body.access_token),
    obtainedAt: sentAt,
    expiresAt: sentAt + (body.expires_in ?? DEFAULT_LIFETIME) * 1000,
    refreshToken,
    refreshTokenSavedAt: refreshToken === undefined ? undefined : sentAt,
    refreshTokenExpiresAt: refreshToken === undefined ? undefined : refreshTokenEnd(body, sentAt),
    scope: body.scope === undefined ? undefined : printable(body.scope),
    subject: oauth.getValidatedIdTokenClaims(body)?.sub,
    tokenEndpoint: server.tokenEndpoint,
    clientId: client.clientId,
    clientSecret: client.clientSecret,
  });
}

/** The end of the refresh token, by the names that servers have for it; 0 is said for "no end". */
function refreshTokenEnd(body: oauth.TokenEndpointResponse, sentAt: number): number | undefined {
  const lifetime = Number(body.refresh_token_expires_in ?? body.refresh_expires_in ?? NaN);
  return lifetime > 0 ? sentAt + Math.min(lifetime, LONGEST_LIFETIME) * 1000 : undefined;
}

/** A refusal as an error for the person; the server's own words follow as such. */
export function refusedError(
  kind: ErrorKind,
  what: string,
  refusal: Refusal,
  said: { readonly reason: string; readonly next: string },
): CliError {
  const words = refusal.description ? `; the server says ${quoted(refusal.description)}` : "";
  return new CliError(kind, `${what}: ${said.reason}${words}`, {
    next: said.next,
    ...defined({ oauthError: refusal.error }),
  });
}
