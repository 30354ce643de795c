// Calls to the provider, Anaplan or another one: who the user is, and ending a session. Rule: with an issuer in
// the settings nothing is ever sent to Anaplan's hosts.

import { run, signIn, words } from "../base/words.ts";
import {
  askWithToken,
  bodyOf,
  currentUser,
  endSession,
  tokenRejected,
  type User,
} from "./anaplan.ts";
import { authorizationServer, clientOf, origins } from "./authorization_server.ts";
import { assertBelongs, type BoundLogin } from "./belonging.ts";
import { cannotUseNow } from "../base/attempts.ts";
import { CliError, unlessFailed } from "../base/errors.ts";
import { field, onlyDefined } from "../base/json.ts";
import { nameOrQuoted } from "../base/names.ts";
import type { Secret } from "../base/secret.ts";
import type { Settings } from "../settings/settings.ts";
import type { System } from "../system/contract.ts";
import { printable } from "../base/masking.ts";
import type { TokenSet } from "../oauth/token_set.ts";

/** What a sentence says about a user. */
export type NamedUser = Pick<User, "firstName" | "lastName" | "email" | "id">;

/** The user's name, fit for a sentence; what else is known of them where a provider says none. */
export function nameOf({ firstName, lastName, email, id }: NamedUser): string {
  return nameOrQuoted(`${firstName} ${lastName}`.trim() || email || id);
}

/** The user's name and e-mail address: `Ada Lovelace <ada@example.com>`. */
export function nameAndAddress(user: NamedUser): string {
  const name = nameOf(user);
  const email = nameOrQuoted(user.email);
  return user.email === "" || email === name ? name : `${name} <${email}>`;
}

type UserLogin = BoundLogin & Pick<TokenSet, "subject">;

/**
 * Asks who the login belongs to: users/me of Anaplan, or the userinfo endpoint of an issuer.
 *
 * @throws {CliError} `login_required` when the token is not accepted, `denied` when userinfo names another
 * user than the id_token did, `unavailable`, `api` or `usage`.
 */
export async function fetchUser(
  login: UserLogin,
  settings: Settings,
  system: Pick<System, "fetch">,
  timeout?: number,
): Promise<User> {
  return settings.issuer === undefined || settings.apiUrl !== undefined
    ? await currentUser(login, settings, system, timeout)
    : await userinfo(login, settings.issuer, settings, system, timeout);
}

/** Where {@link fetchUser} asks; `undefined` when an issuer names no such place. */
export function userUrl(settings: Settings): string | undefined {
  return settings.issuer === undefined || settings.apiUrl !== undefined
    ? origins(settings).api
    : settings.discovered?.userinfoEndpoint;
}

/** What came of the end of a login at the server; a token may stay valid unless the server says that it does not. */
export interface LoginEnd {
  /** Whether the server did what ends the login; an access token that it cannot revoke ends by itself. */
  readonly isDone: boolean;
  readonly accessToken: boolean;
  readonly refreshToken: boolean;
  /** What kept the server from being asked. */
  readonly failure?: CliError;
}

/**
 * Asks the server to end a login: Anaplan's own `/token/logout`, and revocation where there is an endpoint
 * for it (RFC 7009). All is tried, whatever comes of the first.
 */
export async function endLogin(
  tokenSet: TokenSet,
  settings: Settings,
  system: Pick<System, "fetch" | "now">,
  timeout?: number,
): Promise<LoginEnd> {
  let failure: CliError | undefined;
  const asked = async <Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> => {
    return await unlessFailed(ask, (error) => (failure ??= error, true));
  };
  const { accessToken, refreshToken } = tokenSet;
  const isOver = tokenSet.expiresAt <= system.now(); // an ended token cannot ask for its own end
  const hasSession = settings.issuer === undefined || settings.authUrl !== undefined;
  const session = hasSession && !isOver
    ? await asked(() => endSession(tokenSet, settings, system, timeout))
    : undefined;
  // last: a revoked token could not ask for the other
  const revoke = await asked(() => revocation(tokenSet, settings, system, timeout));
  const refresh = revoke && refreshToken &&
    await asked(() => revoke(refreshToken, "refresh_token"));
  const isReachable = refreshToken === undefined || refresh !== undefined;
  const access = revoke && isReachable
    ? await asked(() => revoke(accessToken, "access_token"))
    : undefined;
  const answers = [
    session,
    refreshToken === undefined ? access === false ? isOver : access : refresh,
  ];
  return onlyDefined({
    isDone: failure === undefined && answers.includes(true) && !answers.includes(false),
    accessToken: session || access || false,
    refreshToken: refresh ?? false,
    failure,
  });
}

/** What revokes one of the login's tokens, where there is an endpoint for it. */
async function revocation(
  tokenSet: TokenSet,
  settings: Settings,
  system: Pick<System, "fetch">,
  timeout?: number,
) {
  const server = authorizationServer(settings);
  if (server.revocationEndpoint === undefined) return undefined;
  assertBelongs(tokenSet, server.revocationEndpoint);
  const { revoke } = await import("../oauth/revocation.ts");
  const client = clientOf(tokenSet, settings);
  return (token: Secret, hint: "refresh_token" | "access_token"): Promise<boolean> =>
    revoke(token, hint, server, client, system, timeout);
}

/** OpenID Connect Core 1.0, section 5.3. */
async function userinfo(
  login: UserLogin,
  issuer: string,
  settings: Settings,
  system: Pick<System, "fetch">,
  timeout?: number,
): Promise<User> {
  const endpoint = settings.discovered?.userinfoEndpoint;
  if (endpoint === undefined) {
    throw new CliError("usage", `Cannot ask ${issuer} who you are: it names no userinfo endpoint`, {
      next: words`name an API of your own with --api-url, or use ${run("token")}`,
    });
  }
  const asked = { login, scheme: "Bearer", url: endpoint, timeout } as const;
  const response = await askWithToken(asked, settings, system);
  if (response.status === 401) throw tokenRejected(endpoint);
  const claims = await bodyOf(response, login.accessToken);
  if (response.status !== 200 || claims === undefined) {
    throw cannotUseNow(endpoint, `it answered HTTP ${response.status}`);
  }
  if (login.subject !== undefined && claims["sub"] !== login.subject) {
    const { host } = new URL(endpoint);
    throw new CliError(
      "denied",
      `Cannot say who you are: ${host} answers for another user than the one who signed in (sub)`,
      { next: words`${signIn()}; if it happens again, tell the provider` },
    );
  }
  const text = (name: string): string => printable(field(claims, name, "string") ?? "");
  return {
    id: text("sub"),
    email: text("email"),
    firstName: text("given_name") || text("name"),
    lastName: text("family_name"),
    customerId: "",
    active: undefined,
    lastLoginAt: undefined,
  };
}
