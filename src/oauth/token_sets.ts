// Token sets beside reading one: compared, and written as text. Rule: a fresh token needs nothing of it.

import { LOGIN_VERSION, type TokenSet } from "./token_set.ts";

/** The {@link TokenSet.endedBy} of tokens that came for another user, client or server than the login's: not the server's. */
export const NOT_THIS_LOGIN = "not_this_login";

/** Whether both are the same tokens of the same login, so that no refresh came between. */
export function sameTokenSet(a: TokenSet | undefined, b: TokenSet | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (!a.accessToken.equals(b.accessToken)) return false;
  if (a.isCopy || b.isCopy) return true;
  return a.refreshToken?.equals(b.refreshToken) ?? b.refreshToken === undefined;
}

/** Whether a login with a refresh token may come from another one by refreshes. */
export function mayComeFrom({ refreshToken, signIn }: TokenSet, before: TokenSet): boolean {
  const isOfOther = signIn !== undefined && before.signIn !== undefined && signIn !== before.signIn;
  return refreshToken !== undefined && !isOfOther;
}

/** Whether there is a refresh token that the server has not rejected; that of a copy is in its store. */
export function canRefresh({ refreshToken, isCopy, endedBy }: TokenSet): boolean {
  return (refreshToken !== undefined || isCopy === true) && endedBy === undefined;
}

/** The token set as JSON text, secrets included: for the private file only. */
export function serializeTokenSet(tokenSet: TokenSet): string {
  const { accessToken, refreshToken, clientSecret, ...rest } = tokenSet;
  const open = {
    version: LOGIN_VERSION,
    ...rest,
    accessToken: accessToken.reveal(),
    refreshToken: refreshToken?.reveal(),
    clientSecret: clientSecret?.reveal(),
  };
  return JSON.stringify(open, undefined, 2) + "\n";
}

/** Names the tokens of a login without giving them away: a SHA-256 in hex, or `none` for no login. */
export async function fingerprint(tokenSet: TokenSet | undefined): Promise<string> {
  if (tokenSet === undefined) return "none";
  const { accessToken, refreshToken } = tokenSet;
  const text = JSON.stringify([accessToken.reveal(), refreshToken?.reveal()]);
  return await hashOf(text);
}

/** The SHA-256 of a text, in hex. */
export async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toHex();
}
