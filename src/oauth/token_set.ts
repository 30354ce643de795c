// What a login is: the tokens, when they end, and the client that they were issued to. Rule: pure.

import {
  field,
  type Fields,
  NewerVersion,
  parseObject,
  textList,
  timeField,
  urlProblem,
} from "../base/json.ts";
import { Secret } from "../base/secret.ts";

/** The version of a login's text; that of the other files is their own. */
export const LOGIN_VERSION = 1;

/** Whether a text is a sealed login, whole or cut; its file's version says so. */
export function isSealed(text: string): boolean {
  return /^\s*\{\s*"version"\s*:\s*2\s*,\s*"sealed"/.test(text);
}

/**
 * How long before its end an access token stops counting as fresh, in milliseconds. The help of `token` says it, and so
 * do `clients/python/` and docs/languages.md.
 */
export const DEFAULT_MIN_VALID = 60_000;

/** The tokens of one login, as they are kept for one profile. */
export interface TokenSet {
  readonly accessToken: Secret;
  /** When the access token expires, in milliseconds since the epoch. */
  readonly expiresAt: number;
  /** When the access token was issued to us, in milliseconds since the epoch. */
  readonly obtainedAt: number;
  /** Absent when the authorization server gave none: the login expires with the access token; and in a copy. */
  readonly refreshToken?: Secret;
  /** A copy of the access token, whose refresh token is in a store that several computers use. */
  readonly isCopy?: boolean;
  /** When this refresh token was saved, in milliseconds since the epoch. */
  readonly refreshTokenSavedAt?: number;
  /** When this refresh token expires, where the authorization server says so; OAuth has no word for it. */
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
  /** The issuer of the sign-in, where one was named: the id_token of each refresh is checked against it. */
  readonly issuer?: string;
  /** The origins that the tokens may be sent to, the API's first: those of the sign-in. */
  readonly origins?: readonly string[];
  /** A random id of the sign-in, which its refreshes keep. */
  readonly signIn?: string;
  /** Whose login it is: `sub` of the id_token, where an issuer is known (OpenID Connect Core 1.0, section 2). */
  readonly subject?: string;
  /** The user's name, as the provider last gave it: not a secret, but private. */
  readonly name?: string;
  /** The user's e-mail address, likewise. */
  readonly email?: string;
  /** The client that the tokens were issued to; they are refreshed as this client only. */
  readonly clientId: string;
  /** The secret with which the tokens were got, wherever it came from; absent for a public client. */
  readonly clientSecret?: Secret;
  /** The tokens came by the device grant, whose clients have no secret. */
  readonly isDeviceGrant?: boolean;
  /** Where the login is being moved: that place may have it by now, so it is not refreshed here. */
  readonly movingTo?: string;
  /** The OAuth error with which the authorization server ended the login; it cannot be refreshed. */
  readonly endedBy?: string;
  /** When it did, in milliseconds since the epoch. Absent in files of before this was kept. */
  readonly endedAt?: number;
}

/**
 * Whether the access token is valid for at least `minValid` more milliseconds at the time `now`. One that
 * was issued in the future is not: a clock was corrected, so its expiry means nothing.
 */
export function isFresh(tokenSet: TokenSet, now: number, minValid = DEFAULT_MIN_VALID): boolean {
  const isFromFuture = tokenSet.obtainedAt - now > CLOCK_TOLERANCE;
  return tokenSet.expiresAt - now >= minValid && !isFromFuture;
}

/** How far ahead of this computer's clock a token may have been issued, in milliseconds. */
const CLOCK_TOLERANCE = 60_000;

/**
 * The token set in a text that {@link serializeTokenSet} made.
 *
 * @throws {Error} says in a few words what is wrong with the text; it never quotes it.
 */
export function parseTokenSet(text: string): TokenSet {
  const fields = parseObject(text);
  if (typeof fields.version === "number" && fields.version > LOGIN_VERSION) {
    throw new NewerVersion();
  }
  const accessToken = secretField(fields, "accessToken");
  const expiresAt = timeField(fields, "expiresAt");
  const obtainedAt = timeField(fields, "obtainedAt");
  const clientId = field(fields, "clientId", "string");
  if (
    accessToken === undefined || expiresAt === undefined || obtainedAt === undefined ||
    clientId === undefined
  ) throw new Error("it is not a login saved by anaplan-auth");
  return { accessToken, expiresAt, obtainedAt, clientId, ...readOthers(fields) };
}

const text = (fields: Fields, name: string) => field(fields, name, "string");
const flag = (fields: Fields, name: string) => field(fields, name, "boolean");

type Always = "accessToken" | "expiresAt" | "obtainedAt" | "clientId";
type Readers = {
  readonly [Name in Exclude<keyof TokenSet, Always>]-?: (
    fields: Fields,
    name: string,
  ) => TokenSet[Name] | undefined;
};

/** How each field that may be missing is read. */
const OTHERS: Readers = {
  refreshToken: secretField,
  clientSecret: secretField,
  refreshTokenSavedAt: timeField,
  refreshTokenExpiresAt: timeField,
  endedAt: timeField,
  scope: text,
  signIn: text,
  subject: text,
  name: text,
  email: text,
  movingTo: text,
  endedBy: text,
  refreshTokenRotates: flag,
  isCopy: flag,
  isDeviceGrant: flag,
  tokenEndpoint: serverField,
  issuer: serverField,
  origins: serversField,
};

/** The fields that are there: one loop, since each `token` pays for it. */
function readOthers(fields: Fields): Fields {
  const others: Record<string, unknown> = {};
  for (const [name, read] of Object.entries(OTHERS)) {
    const value = read(fields, name);
    if (value !== undefined) others[name] = value;
  }
  return others;
}

function secretField(fields: Fields, name: string): Secret | undefined {
  const value = text(fields, name);
  return value === undefined ? undefined : new Secret(value);
}

function serverField(fields: Fields, name: string): string | undefined {
  const value = text(fields, name);
  if (value !== undefined) assertServer(value, name);
  return value;
}

function serversField(fields: Fields, name: string): string[] | undefined {
  const values = textList(fields[name]);
  for (const value of values ?? []) assertServer(value, name);
  return values;
}

/** What no flag could say is damaged: secrets go there. */
function assertServer(value: string, name: string): void {
  if (urlProblem(value)) throw new Error(`its ${name} is not the address of a server`);
}
