// When a login expires if nothing refreshes it, how that is known, and whether you are signed out. Rule: pure; what is
// only assumed is never shown as known.

import { run, type Words, words } from "../base/words.ts";
import { serverName, type Settings } from "../settings/settings.ts";
import { clockTime, dateTime, duration } from "../base/times.ts";
import { isFresh, type TokenSet } from "../oauth/token_set.ts";
import { canRefresh, NOT_THIS_LOGIN } from "../oauth/token_sets.ts";

/** When a login expires; `known` by the tokens or the server, `configured` by a setting. */
export type LoginExpiry =
  | { readonly kind: "known" | "configured" | "assumed"; readonly at: number }
  | { readonly kind: "never" | "unknown" };

export type ExpirySettings = Partial<Pick<Settings, "issuer" | "refreshTokenLifetime">>;

/** How long Anaplan's refresh tokens are valid unless an administrator changes that, in milliseconds. */
const ANAPLAN_LIFETIME = 12 * 3_600_000;
const DAY = 86_400_000;

/** When the login expires: with its last token, unless a refresh comes first. */
export function loginExpiry(tokenSet: TokenSet, settings: ExpirySettings): LoginExpiry {
  const { expiresAt, refreshTokenExpiresAt, endedAt } = tokenSet;
  if (!canRefresh(tokenSet)) return { kind: "known", at: endedAt ?? expiresAt };
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

/** Whether you are signed out, judged without the network. */
export interface SignedOut {
  /** Why and when, such as `your login expired yesterday at 22:42`. */
  readonly reason: string;
  /** The code with which the server rejected the login. */
  readonly code?: string;
}

/** Why the login is known to be of no use any more: the server rejected it, or it expired; else `undefined`. */
export function signedOut(
  tokenSet: TokenSet,
  settings: ExpirySettings,
  now: number,
): SignedOut | undefined {
  const { endedBy, endedAt, expiresAt } = tokenSet;
  if (endedBy !== undefined) {
    const when = endedAt === undefined ? "" : ` ${moment(endedAt, now)}`;
    return endedBy === NOT_THIS_LOGIN
      ? { reason: `a refresh${when} brought tokens that are not for your login` }
      : { reason: `${serverName(settings)} rejected your login${when}`, code: endedBy };
  }
  const expiry = loginExpiry(tokenSet, settings);
  const isOver = "at" in expiry && expiry.at <= now && expiry.kind !== "assumed";
  if (!isOver && (canRefresh(tokenSet) || isFresh(tokenSet, now, 0))) return undefined;
  const at = isOver ? expiry.at : Math.min(expiresAt, now); // a clock was corrected
  return { reason: `your login expired ${moment(at, now)}` };
}

/** When a login expired for all that is known, such as `expired at 22:42, by …`: only the server knows whether it has. */
export function assumedExpiry(
  tokenSet: TokenSet,
  settings: ExpirySettings,
  now: number,
): string | undefined {
  const expiry = loginExpiry(tokenSet, settings);
  if (expiry.kind !== "assumed" || expiry.at > now) return undefined;
  return `expired ${moment(expiry.at, now)}, by Anaplan's default of 12 h`;
}

/** Whether the login should have expired by now, although there is a refresh token that the server has not rejected. */
export function isDoubtful(tokenSet: TokenSet, settings: ExpirySettings, now: number): boolean {
  const expiry = loginExpiry(tokenSet, settings);
  return canRefresh(tokenSet) && "at" in expiry && expiry.at <= now;
}

/** The same in a few words, for a table. */
export function signedOutInShort({ reason, code }: SignedOut, profile?: string): string {
  const details = [code ?? [], profile === undefined ? [] : `profile ${profile}`].flat().join(", ");
  return `signed out: ${reason}${details && ` (${details})`}`;
}

/** The same as a sentence without its full stop. */
export function signedOutSentence(out: SignedOut, profile: string): string {
  return `You are ${signedOutInShort(out, profile)}`;
}

/** A moment in the past: `at 22:42`, `yesterday at 22:42`, `on 2026-11-21 at 22:42`. */
function moment(time: number, now: number): string {
  const [day, clock] = dateTime(time).split(" ");
  const dayOf = (at: number): string | undefined => dateTime(at).split(" ")[0];
  if (day === dayOf(now)) return `at ${clock}`;
  return day === dayOf(now - DAY) ? `yesterday at ${clock}` : `on ${day} at ${clock}`;
}

/** Whether the login expires within so many milliseconds. */
export function endsWithin(
  tokenSet: TokenSet,
  settings: ExpirySettings,
  now: number,
  time: number,
): boolean {
  const expiry = loginExpiry(tokenSet, settings);
  return "at" in expiry && expiry.at - now < time;
}

/** Whether a refresh makes it last for so many milliseconds more; else you have to sign in before it expires. */
export function isProlongedByRefresh(
  tokenSet: TokenSet,
  settings: ExpirySettings,
  time: number,
): boolean {
  if (!canRefresh(tokenSet) || tokenSet.refreshTokenRotates === false) return false;
  const expiry = loginExpiry(tokenSet, settings);
  const savedAt = tokenSet.refreshTokenSavedAt ?? tokenSet.obtainedAt;
  return !("at" in expiry) || expiry.at - savedAt > time;
}

/** By when to sign in again, for a table. */
export function signInAgain(tokenSet: TokenSet, settings: ExpirySettings, now: number): string {
  const expiry = loginExpiry(tokenSet, settings);
  if (!("at" in expiry)) {
    return expiry.kind === "never"
      ? "not needed: each refresh keeps the refresh token"
      : "unknown (set --refresh-token-lifetime)";
  }
  const how = canRefresh(tokenSet)
    ? {
      known: "",
      configured: "; --refresh-token-lifetime",
      assumed: "; Anaplan's default, assumed",
    }
    : { known: "; there is no refresh token", configured: "", assumed: "" };
  const about = expiry.kind === "assumed" ? "about " : "";
  const left = duration(expiry.at - now);
  return `by ${about}${clockTime(expiry.at, now)} (${left}${how[expiry.kind]})`;
}

/** Until when the login works, as a sentence that follows another one; empty when it is not known. */
export function staySignedIn(tokenSet: TokenSet, settings: ExpirySettings, now: number): string {
  const expiry = loginExpiry(tokenSet, settings);
  if (expiry.kind === "never") return " You stay signed in.";
  if (!("at" in expiry)) return "";
  const about = expiry.kind === "known" ? "" : "about ";
  const left = expiry.at - now;
  const when = left < DAY ? dateTime(expiry.at).slice(11) : dateTime(expiry.at);
  return ` You stay signed in until ${about}${when} (${duration(left)}).`;
}

/** When a login that still works expires, as a sentence. */
export function expirySentence(
  tokenSet: TokenSet,
  settings: ExpirySettings & Pick<Settings, "profile">,
  now: number,
): Words {
  const { profile } = settings;
  const expiry = loginExpiry(tokenSet, settings);
  const login = `Your login (profile ${profile})`;
  if (!("at" in expiry)) return `${login} has no known expiry.`;
  const when = `${login} expires at ${clockTime(expiry.at, now)} (${duration(expiry.at - now)})`;
  if (!canRefresh(tokenSet)) return `${when}: there is no refresh token.`;
  const how = {
    known: "as the server said",
    configured: "by --refresh-token-lifetime of the profile",
    assumed: words`by Anaplan's default of 12 h (if yours differs: ${
      run(`profile set ${profile} --refresh-token-lifetime TIME`)
    })`,
  };
  return words`${when}, ${how[expiry.kind]}.`;
}
