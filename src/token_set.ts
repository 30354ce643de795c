// What a login is: the tokens, when they end, and the client that they were issued to. Rule: pure.

import { CliError } from "./errors.ts";
import { defined, field, type Fields, parseObject, timeField } from "./json.ts";
import { Secret } from "./secret.ts";
import { flagTime } from "./text.ts";

const FILE_VERSION = 1;

/** How long before its end an access token stops counting as fresh, in milliseconds. */
export const DEFAULT_MIN_VALID = 60_000;

/** How long ago it may be that a token was found to be good for long enough, in milliseconds. */
const JUDGING = 1_000;

/** The tokens of one login, as they are kept for one profile. */
export interface TokenSet {
  readonly accessToken: Secret;
  /** When the access token ends, in milliseconds since the epoch. */
  readonly expiresAt: number;
  /** When the access token was issued to us, in milliseconds since the epoch. */
  readonly obtainedAt: number;
  /** Absent when the authorization server gave none: the login ends with the access token. */
  readonly refreshToken?: Secret;
  /** When this refresh token was saved, in milliseconds since the epoch. */
  readonly refreshTokenSavedAt?: number;
  /** When this refresh token ends, where the authorization server says so; OAuth has no word for it. */
  readonly refreshTokenExpiresAt?: number;
  /** Whether the last refresh brought a new refresh token (RFC 6749, section 6); unknown before one. */
  readonly refreshTokenRotates?: boolean;
  /** The granted scope, which may differ from what was asked (RFC 6749, section 3.3). */
  readonly scope?: string;
  /**
   * The token endpoint that issued them; the refresh token goes nowhere else, whatever the settings say
   * by now. Absent in files of before this was kept.
   */
  readonly tokenEndpoint?: string;
  /** The client that the tokens were issued to; they are refreshed as this client only. */
  readonly clientId: string;
  /** The secret with which the tokens were got, wherever it came from; absent for a public client. */
  readonly clientSecret?: Secret;
  /** The OAuth error with which the authorization server ended the login; it cannot be refreshed. */
  readonly endedBy?: string;
}

/** Whether the access token is good for at least `minValid` more milliseconds at the time `now`. */
export function isFresh(tokenSet: TokenSet, now: number, minValid = DEFAULT_MIN_VALID): boolean {
  return tokenSet.expiresAt - now >= minValid;
}

/**
 * Makes sure that a new access token is good for as long as was asked, if a time was asked.
 *
 * @throws {CliError} `usage` when the authorization server's tokens are not valid for that long.
 */
export function assertValidFor(
  { expiresAt, obtainedAt }: TokenSet,
  minValid: number | undefined,
  now: number,
): void {
  if (minValid === undefined || expiresAt - now >= minValid - JUDGING) return;
  const longest = flagTime(expiresAt - obtainedAt);
  throw new CliError(
    "usage",
    `Cannot get a token that is valid for ${
      flagTime(minValid)
    }: the server's tokens are valid for ` +
      `${longest} when they are new`,
    { next: `leave out --min-valid, or give a time that is shorter than ${longest}` },
  );
}

/** Whether both are the same issue of the same login: nobody replaced one by the other. */
export function sameTokenSet(a: TokenSet | undefined, b: TokenSet | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.accessToken.equals(b.accessToken) &&
    (a.refreshToken?.equals(b.refreshToken) ?? b.refreshToken === undefined);
}

/** The token set as JSON text, secrets included: for the private file only. */
export function serializeTokenSet(tokenSet: TokenSet): string {
  const { accessToken, refreshToken, clientSecret, ...rest } = tokenSet;
  const open = {
    version: FILE_VERSION,
    ...rest,
    accessToken: accessToken.reveal(),
    refreshToken: refreshToken?.reveal(),
    clientSecret: clientSecret?.reveal(),
  };
  return JSON.stringify(open, undefined, 2) + "\n";
}

/**
 * The token set in a text that {@link serializeTokenSet} made.
 *
 * @throws {Error} says in a few words what is wrong with the text; it never quotes it.
 */
export function parseTokenSet(text: string): TokenSet {
  const fields = parseObject(text);
  if (typeof fields.version === "number" && fields.version > FILE_VERSION) {
    throw new Error("it was written by a newer version of anaplan-auth");
  }
  const accessToken = secretField(fields, "accessToken");
  const expiresAt = timeField(fields, "expiresAt");
  const obtainedAt = timeField(fields, "obtainedAt");
  const clientId = field(fields, "clientId", "string");
  if (
    accessToken === undefined || expiresAt === undefined || obtainedAt === undefined ||
    clientId === undefined
  ) throw new Error("it is not a login saved by anaplan-auth");
  return defined({
    accessToken,
    expiresAt,
    obtainedAt,
    clientId,
    refreshToken: secretField(fields, "refreshToken"),
    refreshTokenSavedAt: timeField(fields, "refreshTokenSavedAt"),
    refreshTokenExpiresAt: timeField(fields, "refreshTokenExpiresAt"),
    refreshTokenRotates: field(fields, "refreshTokenRotates", "boolean"),
    scope: field(fields, "scope", "string"),
    tokenEndpoint: field(fields, "tokenEndpoint", "string"),
    clientSecret: secretField(fields, "clientSecret"),
    endedBy: field(fields, "endedBy", "string"),
  });
}

function secretField(fields: Fields, name: string): Secret | undefined {
  const value = field(fields, name, "string");
  return value === undefined ? undefined : new Secret(value);
}
