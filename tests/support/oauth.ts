// An authorization server, a client and an attempt for unit tests; no server answers at these addresses.
import { type Attempt, startAttempt } from "../../src/oauth/authorization_code.ts";
import type { AuthorizationServer, OAuthClient } from "../../src/oauth/wire.ts";
import { Secret } from "../../src/base/secret.ts";
import type { HttpRequest } from "../../src/system/contract.ts";

/** A server whose issuer is unknown, as Anaplan's is. */
export const SERVER: AuthorizationServer = {
  name: "Anaplan",
  authorizationEndpoint: "https://as.example.com/auth/prelogin",
  tokenEndpoint: "https://as.example.com/oauth/token",
  origins: ["https://api.example.com", "https://as.example.com"],
  caCertificates: ["a CA"],
};

/** The same as a server whose issuer the profile knows. */
export const KNOWN_SERVER: AuthorizationServer = { ...SERVER, issuer: "https://as.example.com" };

/** A client with a secret. */
export const CLIENT: OAuthClient = {
  clientId: "a-client",
  clientSecret: new Secret("client-secret"),
};

/** The program's default redirect URI. */
export const REDIRECT_URI = "https://127.0.0.1:8443/callback";

/** What an attempt is to be like. */
export interface AttemptWishes {
  readonly server?: AuthorizationServer;
  readonly redirectUri?: string;
  readonly scope?: string;
  readonly pkce?: boolean;
}

/** A real attempt with the defaults of the program. */
export function someAttempt(wishes: AttemptWishes = {}): Promise<Attempt> {
  const { server = SERVER, redirectUri = REDIRECT_URI, scope = "openid email", pkce = true } =
    wishes;
  return startAttempt(server, CLIENT, { redirectUri, scope, pkce });
}

/** The query with which a browser comes back: the attempt's state, and what is added. */
export function responseQuery(
  attempt: Attempt,
  fields: Readonly<Record<string, string>> = { code: "a-code" },
): URLSearchParams {
  return new URLSearchParams({ state: attempt.state.reveal(), ...fields });
}

/** The form in a token request. */
export function formOf(request: HttpRequest | undefined): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(request?.body));
}
