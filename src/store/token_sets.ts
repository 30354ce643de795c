// Token sets beside reading one: compared, and written as text. Rule: a fresh token needs nothing of it.

import { FILE_VERSION, type TokenSet } from "./token_set.ts";

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
