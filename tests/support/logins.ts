// Logins and token endpoints' answers for unit tests; every value in them says what it is.
import { authorizationServer } from "../../src/provider/authorization_server.ts";
import { CliError } from "../../src/base/errors.ts";
import { ensurePrivateDirectory, writePrivateFile } from "../../src/files/replacement.ts";
import { Secret } from "../../src/base/secret.ts";
import type { Settings } from "../../src/settings/settings.ts";
import { parseTokenSet, type TokenSet } from "../../src/oauth/token_set.ts";
import { serializeTokenSet } from "../../src/oauth/token_sets.ts";
import { START } from "./fake_system.ts";

const MINUTE = 60_000;

/** A login that is valid for half an hour from {@link START} on. */
export const LOGIN: TokenSet & Required<Pick<TokenSet, "refreshToken" | "clientSecret">> = {
  accessToken: new Secret("old-access"),
  obtainedAt: START - 5 * MINUTE,
  expiresAt: START + 30 * MINUTE,
  refreshToken: new Secret("old-refresh"),
  refreshTokenSavedAt: START - 5 * MINUTE,
  scope: "openid email offline_access",
  tokenEndpoint: "https://us1a.app.anaplan.com/oauth/token",
  origins: ["api", "auth", "audit", "us1a.app"].map((name) => `https://${name}.anaplan.com`),
  clientId: "a-client",
  clientSecret: new Secret("client-secret"),
};

/** The same, with an access token that expired a minute ago. */
export const STALE: typeof LOGIN = { ...LOGIN, expiresAt: START - MINUTE };

/** The login as if it had been made with these settings. */
export function boundTo(tokenSet: TokenSet, settings: Settings): TokenSet {
  const { tokenEndpoint, issuer, origins } = authorizationServer(settings);
  return { ...tokenSet, tokenEndpoint, origins, ...(issuer && { issuer }) };
}

/** The same without a refresh token. */
export function withoutRefreshToken(tokenSet: TokenSet): TokenSet {
  const { refreshToken: _, refreshTokenSavedAt: __, ...rest } = tokenSet;
  return rest;
}

/** The file that holds a profile's login. */
export function loginFile(configDir: string, profile = "default"): string {
  return `${configDir}/credentials/${profile}.json`;
}

/** Puts a login on the disk as if it had been there all along. */
export function putLogin(configDir: string, tokenSet: TokenSet, profile = "default"): void {
  ensurePrivateDirectory(configDir);
  ensurePrivateDirectory(`${configDir}/credentials`);
  writePrivateFile(loginFile(configDir, profile), serializeTokenSet(tokenSet));
}

/** The login on the disk. */
export function storedLogin(configDir: string, profile = "default"): TokenSet {
  return parseTokenSet(Deno.readTextFileSync(loginFile(configDir, profile)));
}

/** A token endpoint's answer with new tokens. */
export function tokenAnswer(fields: Readonly<Record<string, unknown>> = {}): Response {
  return Response.json({
    access_token: "new-access",
    token_type: "Bearer",
    expires_in: 2100,
    refresh_token: "new-refresh",
    ...fields,
  });
}

/** An error response (RFC 6749, section 5.2). */
export function errorAnswer(status: number, error: string, description?: string): Response {
  return Response.json({ error, error_description: description }, { status });
}

/** What a proxy answers in place of the server. */
export function webPage(status: number): Response {
  return new Response("<!doctype html><title>Proxy</title>", {
    status,
    headers: { "content-type": "text/html" },
  });
}

/** A request that was sent, whose answer never came. */
export function answerLost(): CliError {
  return new CliError("unavailable", "Cannot reach the server: the connection was cut", {
    answerLost: true,
    isCut: true,
  });
}

/** A request that was never sent. */
export function unreachable(): CliError {
  return new CliError("unavailable", "Cannot reach the server: the connection was refused");
}
