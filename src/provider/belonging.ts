// The servers that a login belongs to. Rule: the access token goes out by authorization() alone, and never to
// another server than those of its sign-in, whatever flags, variables and profiles say.

import { signIn } from "../base/words.ts";
import { CliError } from "../base/errors.ts";
import type { TokenSet } from "../oauth/token_set.ts";

/** How Anaplan's APIs take a token: most take both, some only their own. */
export type TokenScheme = "AnaplanAuthToken" | "Bearer";

/** The part of a login that says where it may go. */
export type BoundLogin = Pick<TokenSet, "accessToken" | "origins" | "tokenEndpoint">;

/** A login that says where its refresh token goes; one that does not is not refreshed. */
export type IssuedLogin = Pick<TokenSet, "issuer"> & Required<Pick<TokenSet, "tokenEndpoint">>;

/**
 * The Authorization header for a request with the login's access token (RFC 6750, section 2.1).
 *
 * @throws {CliError} `login_required` when the URL is not at a server of the login.
 */
export function authorization(login: BoundLogin, scheme: TokenScheme, url: string | URL): string {
  assertBelongs(login, url);
  return `${scheme} ${login.accessToken.reveal()}`;
}

/** Whether a text repeats the access token, as it is or percent-encoded. */
export function containsToken({ accessToken }: BoundLogin, text: string): boolean {
  const token = accessToken.reveal();
  if (text.length < token.length) return false;
  return text.includes(token) || text.includes(encodeURIComponent(token));
}

/**
 * Makes sure that a login may be sent to a URL.
 *
 * @throws {CliError} `login_required`, with the code `other_server`, when it may not.
 */
export function assertBelongs(login: BoundLogin, url: string | URL): void {
  const { tokenEndpoint } = login; // a login of before origins were kept belongs to the server that issued it
  const own = login.origins ?? (tokenEndpoint === undefined ? [] : [new URL(tokenEndpoint).origin]);
  if (typeof url === "string" && own.includes(url)) return; // it is an origin by itself
  const { origin, host } = new URL(url);
  if (own.includes(origin)) return;
  const home = own[0] === undefined ? "another server" : new URL(own[0]).host;
  const reason = `login is for ${home}, not for ${host}`;
  throw new CliError("login_required", `This ${reason}`, {
    code: "other_server",
    reason: `the ${reason}`,
    next: signIn(),
  });
}
