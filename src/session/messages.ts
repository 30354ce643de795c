// What is said when a command cannot get an access token, or gets one that will not do for long. Rule: pure; a login
// that needs none of these words does not load them.

import { type Words, words } from "../base/words.ts";
import { CliError, type ErrorDetails } from "../base/errors.ts";
import { duration, flagTime } from "../base/times.ts";
import type { TokenSet } from "../oauth/token_set.ts";
import { assertProfileExists, type Settings } from "../settings/settings.ts";
import { loginCommand } from "./advice_in_use.ts";
import { type SignedOut, signedOutSentence } from "./expiry.ts";

/** How long ago it may be that a new token was valid for long enough, in milliseconds. */
const JUDGING_TIME = 1_000;

/** @throws {CliError} `usage` when even a new access token is not valid for so long. */
export function assertValidFor(
  { expiresAt, obtainedAt }: TokenSet,
  minValid: number,
  now: number,
): void {
  if (expiresAt - now >= minValid - JUDGING_TIME) return;
  const longest = flagTime(expiresAt - obtainedAt);
  const wanted = `Cannot get a token that is valid for ${flagTime(minValid)}`;
  throw new CliError(
    "usage",
    `${wanted}: the server's tokens are valid for ${longest} when they are new`,
    { next: `leave out --min-valid, or give a time that is shorter than ${longest}` },
  );
}

/** The warning that a new access token is valid for less time than was asked. */
export function shortLivedWarning({ expiresAt }: TokenSet, minValid: number, now: number): string {
  const left = duration(expiresAt - now);
  return `the new access token is valid for ${left} only, less than the ${
    duration(minValid)
  } asked`;
}

/** The warning that the server rejected the refresh token, while the access token is still valid. */
export function rejectedWarning(tokenSet: TokenSet, settings: Settings, now: number): Words {
  const left = duration(tokenSet.expiresAt - now);
  const rejected = `the server rejected the refresh token (${tokenSet.endedBy})`;
  const signIn = loginCommand(settings);
  return words`${rejected}; the access token is valid for ${left} more, then sign in: ${signIn}`;
}

/** The warning that a refresh failed early enough to use the present access token. */
export function stillValidWarning(
  { message }: CliError,
  { expiresAt }: TokenSet,
  now: number,
): string {
  return `${message}; the present access token is valid for ${duration(expiresAt - now)} more`;
}

/** The error for a login that expired or was rejected. */
export function signedOutError(out: SignedOut, settings: Settings): CliError {
  const details = out.code === undefined ? {} : { oauthError: out.code };
  return loginRequired(settings, signedOutSentence(out, settings.profile), details);
}

/** The error for a login that has nothing to refresh with. */
export function cannotRefresh({ refreshToken }: TokenSet, settings: Settings): CliError {
  const reason = refreshToken === undefined
    ? "the login has no refresh token"
    : "the saved login does not name the server that issued it";
  return loginRequired(settings, `Cannot get an access token: ${reason}`);
}

/** The error of a command that finds no login for its profile. @throws {CliError} `usage` when there is no such profile. */
export function notSignedInError(settings: Settings): CliError {
  assertProfileExists(settings, "Cannot get an access token");
  return loginRequired(settings, `You are not signed in (profile ${settings.profile})`);
}

function loginRequired(settings: Settings, message: string, details: ErrorDetails = {}): CliError {
  return new CliError("login_required", message, { next: loginCommand(settings), ...details });
}
