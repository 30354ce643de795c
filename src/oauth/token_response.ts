// Reads what a token endpoint answers. Rule: a refresh token that came is never lost, whatever else is
// wrong with the answer; only an OAuth error refuses, and only JSON with a token in it grants.

import type { Words } from "../base/words.ts";
import { cannotUseNow } from "../base/attempts.ts";
import { CliError, type ErrorKind } from "../base/errors.ts";
import { field, type Fields, onlyDefined } from "../base/json.ts";
import { Secret } from "../base/secret.ts";
import { printable, quoteWords } from "../base/masking.ts";
import type { TokenSet } from "./token_set.ts";
import { type GrantContext, judgeIdToken, scopeIn, subjectIn, type Verdict } from "./id_token.ts";
import { answerFields, hasToken, isPage } from "./answer_fields.ts";
import type { AuthorizationServer } from "./wire.ts";

/** An endpoint's answer, before its fields are believed. */
export type Reply =
  | { readonly kind: "answered"; readonly body: Fields }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/** An error response (RFC 6749, section 5.2). */
export interface Refusal {
  readonly status: number;
  readonly error: string;
  /** The `error_description`, without control characters. */
  readonly description?: string;
}

/** New tokens, fit to be saved before anything else about the answer is judged. */
export interface Grant {
  readonly tokenSet: TokenSet;
  /** An answer may bring a refresh token alone; the access token then counts as expired. */
  readonly hasAccessToken: boolean;
  /** Judges the rest of the answer. */
  judge(): Promise<Verdict>;
}

/** How long an access token is valid when the server does not say, in seconds: Anaplan's value. */
const DEFAULT_LIFETIME = 2100;
/** Longer lifetimes of an access token are milliseconds or dates by mistake, in seconds. */
const LONGEST_LIFETIME = 90 * 86_400;
/** The same for Anaplan, whose access tokens are valid for minutes. */
const LONGEST_LIFETIME_AT_ANAPLAN = 86_400;
/** Ten years, in seconds: the longest that a refresh token is believed to be valid. */
const LONGEST_REFRESH_LIFETIME = 10 * 365 * 86_400;

/** The statuses with which servers refuse besides 200: two of RFC 6749, section 5.2; 403 at Auth0, 428 at Google. */
const REFUSING = [400, 401, 403, 428];

/**
 * Reads an answer just far enough to know what it is.
 *
 * @throws {CliError} `unavailable` for everything else than tokens and OAuth errors: it is of a proxy, a gateway or an
 * outage, which say nothing about the login.
 */
export async function readReply(response: Response, server: AuthorizationServer): Promise<Reply> {
  const { status } = response;
  const text = await response.text();
  const body = answerFields(text);
  const error = oauthErrorIn(body);
  const isAnswer = response.ok && body !== undefined && (error === undefined || hasToken(body));
  if (isAnswer) return { kind: "answered", body };
  if (body !== undefined && error !== undefined && (response.ok || REFUSING.includes(status))) {
    const description = field(body, "error_description", "string");
    return {
      kind: "refused",
      refusal: onlyDefined({ status, error, description: description && printable(description) }),
    };
  }
  throw unusableAnswer(status, text, server);
}

/**
 * The grant in an answer (RFC 6749, section 5.1).
 *
 * @throws {CliError} `unavailable` when the answer has no token that could be used.
 */
export function readGrant(body: Fields, granting: GrantContext): Grant {
  const { server, client, sentAt, previous, isDeviceGrant } = granting;
  const accessToken = accessTokenIn(body);
  const newRefreshToken = field(body, "refresh_token", "string") || undefined;
  if (accessToken === undefined && newRefreshToken === undefined) {
    throw unusableAnswer(200, "", server);
  }
  const refreshToken = newRefreshToken ? new Secret(newRefreshToken) : previous?.refreshToken;
  const rotates = newRefreshToken !== undefined && !previous?.refreshToken?.equals(refreshToken);
  const tokenSet: TokenSet = onlyDefined({
    accessToken: new Secret(accessToken ?? ""),
    obtainedAt: sentAt,
    expiresAt: accessToken === undefined ? 0 : sentAt + lifetimeIn(body, server) * 1000,
    refreshToken,
    refreshTokenRotates: previous && rotates,
    refreshTokenSavedAt: refreshToken &&
      (newRefreshToken === undefined ? previous?.refreshTokenSavedAt : sentAt),
    refreshTokenExpiresAt: refreshToken &&
      (refreshTokenEnd(body, sentAt) ?? (rotates ? undefined : previous?.refreshTokenExpiresAt)),
    scope: scopeIn(body) ?? previous?.scope,
    signIn: previous === undefined ? crypto.randomUUID() : previous.signIn,
    subject: previous?.subject ??
      (server.issuer && subjectIn(field(body, "id_token", "string"))),
    name: previous?.name,
    email: previous?.email,
    tokenEndpoint: server.tokenEndpoint,
    issuer: server.issuer,
    origins: previous === undefined ? server.origins : previous.origins,
    clientId: client.clientId,
    clientSecret: previous === undefined ? client.clientSecret : previous.clientSecret,
    isDeviceGrant: isDeviceGrant || previous?.isDeviceGrant || undefined,
  });
  return {
    tokenSet,
    hasAccessToken: accessToken !== undefined,
    judge: () => judgeRest(body, granting),
  };
}

async function judgeRest(body: Fields, granting: GrantContext): Promise<Verdict> {
  const verdict = await judgeIdToken(body, granting);
  return verdict.kind === "fine" ? tokenTypeVerdict(body) : verdict;
}

/** RFC 6749, section 7.1: a type that is not known would not be usable, but some servers make up names. */
function tokenTypeVerdict(body: Fields): Verdict {
  const type = field(body, "token_type", "string")?.trim() || "bearer";
  if (/^(bearer|anaplanauthtoken)$/i.test(type)) return { kind: "fine" };
  const unknown = `the server's token type ${quoteWords(type)} is unknown`;
  return { kind: "doubtful", reason: `${unknown}; the token is sent as usual` };
}

/** An access token that can be sent in a header (RFC 6750, section 2.1). */
function accessTokenIn(body: Fields): string | undefined {
  const token = field(body, "access_token", "string");
  return token !== undefined && /^[\x21-\x7e]+$/.test(token) ? token : undefined;
}

/** How long the access token is valid, in seconds; what cannot be meant counts as not said. */
function lifetimeIn(body: Fields, { issuer }: AuthorizationServer): number {
  const lifetime = seconds(body.expires_in);
  const longest = issuer === undefined ? LONGEST_LIFETIME_AT_ANAPLAN : LONGEST_LIFETIME;
  return lifetime > 0 && lifetime <= longest ? lifetime : DEFAULT_LIFETIME;
}

/** When the refresh token expires, by the names that servers have for it; 0 means never. */
function refreshTokenEnd(body: Fields, sentAt: number): number | undefined {
  const lifetime = seconds(body.refresh_token_expires_in ?? body.refresh_expires_in);
  return lifetime > 0 ? sentAt + Math.min(lifetime, LONGEST_REFRESH_LIFETIME) * 1000 : undefined;
}

/** A number of seconds, also when it was sent as text; NaN for anything else. */
export function seconds(value: unknown): number {
  if (typeof value === "number") return value;
  return typeof value === "string" && /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
}

/** The error code, if it is one of OAuth's: gateways put their own words into the same field. */
function oauthErrorIn(body: Fields | undefined): string | undefined {
  const error = body && field(body, "error", "string");
  return error !== undefined && /^[a-z][a-z0-9_]{0,63}$/.test(error) ? error : undefined;
}

function unusableAnswer(status: number, text: string, server: AuthorizationServer): CliError {
  const what = status === 429
    ? "too many requests at the moment (429)"
    : isPage(text)
    ? `it answered with a web page (HTTP ${status}), as a proxy does`
    : status >= 200 && status < 300
    ? "its answer is not the JSON of a token endpoint"
    : `it answered HTTP ${status}`;
  return cannotUseNow(server.tokenEndpoint, what);
}

/** A refusal as an error for the user; the server's own words follow as such. */
export function rejectionError(
  kind: ErrorKind,
  what: string,
  refusal: Refusal,
  said: { readonly reason: string; readonly next: Words },
): CliError {
  const { error, description } = refusal;
  const quote = description ? `; the server says ${quoteWords(description)}` : "";
  return new CliError(kind, `${what}: ${said.reason}${quote}`, {
    next: said.next,
    oauthError: error,
  });
}
