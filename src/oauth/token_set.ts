// What a login is: the tokens, when they end, and the client that they were issued to. Rule: pure.

import {
  field,
  type Fields,
  fieldsOf,
  NewerVersion,
  onlyDefined,
  parseObject,
  textList,
  timeField,
  urlProblem,
} from "../base/json.ts";
import { Secret } from "../base/secret.ts";

export const FILE_VERSION = 1;

/** Whether a text is a sealed login, whole or cut; its file's version says so. */
export function isSealed(text: string): boolean {
  return /^\s*\{\s*"version"\s*:\s*2\s*,\s*"sealed"/.test(text);
}

/** How long before its end an access token stops counting as fresh, in milliseconds. */
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
  if (typeof fields.version === "number" && fields.version > FILE_VERSION) {
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
  return onlyDefined({
    accessToken,
    expiresAt,
    obtainedAt,
    clientId,
    ...fieldsOf(["refreshToken", "clientSecret"], (name) => secretField(fields, name)),
    ...fieldsOf(TIMES, (name) => timeField(fields, name)),
    ...fieldsOf(TEXTS, (name) => field(fields, name, "string")),
    ...fieldsOf(PROPERTIES, (name) => field(fields, name, "boolean")),
    ...serversIn(fields),
  });
}

const TIMES = ["refreshTokenSavedAt", "refreshTokenExpiresAt", "endedAt"] as const;
const TEXTS = ["scope", "signIn", "subject", "name", "email", "movingTo", "endedBy"] as const;
const PROPERTIES = ["refreshTokenRotates", "isCopy", "isDeviceGrant"] as const;

function secretField(fields: Fields, name: string): Secret | undefined {
  const value = field(fields, name, "string");
  return value === undefined ? undefined : new Secret(value);
}

/** What no flag could say is damaged: secrets go there. */
function serversIn(fields: Fields) {
  const servers = {
    tokenEndpoint: field(fields, "tokenEndpoint", "string"),
    issuer: field(fields, "issuer", "string"),
    origins: textList(fields.origins),
  };
  for (const [name, value = []] of Object.entries(servers)) {
    if ([value].flat().some(urlProblem)) {
      throw new Error(`its ${name} is not the address of a server`);
    }
  }
  return servers;
}
