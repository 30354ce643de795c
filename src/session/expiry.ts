// When a login ends if nothing refreshes it, and how that is known. Rule: pure; what is only assumed is
// never told as known.

import { run, type Words, words } from "../base/advice.ts";
import type { Settings } from "../settings/settings.ts";
import { clockTime, duration } from "../base/times.ts";
import type { TokenSet } from "../store/token_set.ts";

/** When a login ends; `known` by the tokens or the server, `configured` by whoever set the client up. */
export type LoginExpiry =
  | { readonly kind: "known" | "configured" | "assumed"; readonly at: number }
  | { readonly kind: "never" | "unknown" };

/** What of the settings has to do with it. */
export type ExpirySettings = Pick<Settings, "issuer" | "refreshTokenLifetime">;

/** How long Anaplan's refresh tokens live unless an administrator says otherwise, in milliseconds. */
const ANAPLAN_LIFETIME = 12 * 3_600_000;

/** When the login ends: with its last token, if nobody refreshes it before. */
export function loginExpiry(tokenSet: TokenSet, settings: ExpirySettings): LoginExpiry {
  const { expiresAt, refreshTokenExpiresAt } = tokenSet;
  if (!hasRefreshToken(tokenSet)) return { kind: "known", at: expiresAt };
  const notBefore = (at: number): number => Math.max(at, expiresAt);
  if (refreshTokenExpiresAt !== undefined) {
    return { kind: "known", at: notBefore(refreshTokenExpiresAt) };
  }
  if (tokenSet.obtainedAt === 0) return { kind: "unknown" }; // it comes from the environment
  const savedAt = tokenSet.refreshTokenSavedAt ?? tokenSet.obtainedAt;
  const { refreshTokenLifetime } = settings;
  if (refreshTokenLifetime !== undefined) {
    return { kind: "configured", at: notBefore(savedAt + refreshTokenLifetime) };
  }
  const isAnaplan = settings.issuer === undefined;
  if (isAnaplan && tokenSet.refreshTokenRotates === false) return { kind: "never" };
  return isAnaplan
    ? { kind: "assumed", at: notBefore(savedAt + ANAPLAN_LIFETIME) }
    : { kind: "unknown" };
}

/** Whether it ends within so many milliseconds; a login that the server ended has ended already. */
export function endsWithin(
  tokenSet: TokenSet,
  settings: ExpirySettings,
  now: number,
  time: number,
): boolean {
  const expiry = loginExpiry(tokenSet, settings);
  return tokenSet.endedBy !== undefined || ("at" in expiry && expiry.at - now < time);
}

/** Whether a refresh makes it last longer; else only a new login does. */
export function isProlongedByRefresh(
  tokenSet: TokenSet,
  settings: ExpirySettings,
  now: number,
): boolean {
  const expiry = loginExpiry(tokenSet, settings);
  const isPast = "at" in expiry && expiry.at <= now;
  return hasRefreshToken(tokenSet) && tokenSet.refreshTokenRotates !== false && !isPast;
}

/** The same in a few words, for a table. */
export function expiryInShort(tokenSet: TokenSet, settings: ExpirySettings, now: number): string {
  if (!hasRefreshToken(tokenSet)) return "with the access token";
  const expiry = loginExpiry(tokenSet, settings);
  if (!("at" in expiry)) {
    return expiry.kind === "never"
      ? "never; the refresh token is kept at each refresh"
      : "unknown (set --refresh-token-lifetime)";
  }
  const when = expiry.at > now
    ? `${clockTime(expiry.at, now)} (${duration(expiry.at - now)})`
    : `ended ${clockTime(expiry.at, now)}`;
  const how = {
    known: "says the server",
    configured: "by --refresh-token-lifetime",
    assumed: "assumed (set --refresh-token-lifetime)",
  };
  return `${when}, ${how[expiry.kind]}`;
}

/** The same as a sentence, for who is warned. */
export function expirySentence(
  tokenSet: TokenSet,
  settings: ExpirySettings & Pick<Settings, "profile">,
  now: number,
): Words {
  const { profile } = settings;
  const login = `The login (profile ${profile})`;
  const until = (at: number): string =>
    at > now
      ? `ends at ${clockTime(at, now)} (${duration(at - now)})`
      : `ended at ${clockTime(at, now)}`;
  if (tokenSet.endedBy !== undefined) {
    return `${login} was ended by the server: ${tokenSet.endedBy}.`;
  }
  const expiry = loginExpiry(tokenSet, settings);
  if (!("at" in expiry)) return `${login} has no known end.`;
  const when = `${login} ${until(expiry.at)}`;
  if (!hasRefreshToken(tokenSet)) return `${when}: there is no refresh token.`;
  const how = {
    known: "so says the server",
    configured: "by --refresh-token-lifetime of the profile",
    assumed: words`assuming Anaplan's default of 12 h (if yours differs: ${
      run(`profile set ${profile} --refresh-token-lifetime TIME`)
    })`,
  };
  return words`${when}, ${how[expiry.kind]}.`;
}

function hasRefreshToken({ refreshToken, isCopy, endedBy }: TokenSet): boolean {
  return (refreshToken !== undefined || isCopy === true) && endedBy === undefined;
}
