// The token endpoint of the fault matrix's authorization server.
// Rule: a used refresh token or code that is sent again ends its login, as RFC 9700, section 4.14.2, asks.
import type { HttpAnswer, HttpRequest } from "./http.ts";
import type { IdTokenChange } from "./id_token.ts";
import {
  type Client,
  type Code,
  type Grant,
  json,
  newTokens,
  type ServerLogin,
  type ServerState,
  type TokenRequest,
} from "./server_state.ts";

const MINUTE = 60_000;

/** Answers a token request, rotating before a byte of the answer is sent. */
export async function tokenEndpoint(
  state: ServerState,
  { form }: HttpRequest,
): Promise<HttpAnswer> {
  const client = state.clients.get(form.get("client_id") ?? "");
  if (client === undefined) return json({ error: "invalid_client" }, 401);
  const sent = form.get("refresh_token") ?? form.get("code") ?? "";
  const code = state.codes.get(sent);
  const login = code === undefined ? loginOf(client, sent) : code.login;
  const result = form.get("client_secret") === client.secret
    ? resultOf(sent, code, login)
    : "wrong client";
  client.requests.push({ grantType: form.get("grant_type") ?? "", sent, result });
  if (result === "wrong client") return json({ error: "invalid_client" }, 401);
  if (result === "reused" && login !== undefined) login.hasEnded = true;
  if (result !== "answered") return json({ error: "invalid_grant" }, 400);
  const grant = await grantFor(state, client, sent, code);
  const answer = await client.answer(grant);
  if (answer.status < 300) rotate(client, code, login, answer.rotatesTo, grant);
  await client.meanwhile("held");
  return { ...answer, halfway: () => client.meanwhile("halfway") };
}

function loginOf(client: Client, refreshToken: string): ServerLogin | undefined {
  return client.logins.find(({ refreshTokens }) => refreshTokens.includes(refreshToken));
}

function resultOf(
  sent: string,
  code: Code | undefined,
  login: ServerLogin | undefined,
): TokenRequest["result"] {
  if (code !== undefined) return login === undefined ? "answered" : "reused";
  if (login === undefined || login.hasEnded) return "unknown";
  return login.refreshTokens.at(-1) === sent ? "answered" : "reused";
}

function rotate(
  client: Client,
  code: Code | undefined,
  login: ServerLogin | undefined,
  refreshToken: string | undefined,
  grant: Grant,
): void {
  const present = login ?? { refreshTokens: [], accessTokens: [], hasEnded: false };
  if (login === undefined) client.logins.push(present);
  if (code !== undefined) code.login = present;
  if (refreshToken !== undefined) present.refreshTokens.push(refreshToken);
  present.accessTokens.push(grant.fields.access_token);
}

async function grantFor(
  state: ServerState,
  client: Client,
  sent: string,
  code: Code | undefined,
): Promise<Grant> {
  const { accessToken, refreshToken } = newTokens(client);
  const now = Math.floor((Date.now() - client.clockShift) / 1000);
  const claims = {
    iss: state.origin,
    aud: client.id,
    sub: "1",
    iat: now,
    nbf: now,
    exp: now + 5 * MINUTE / 1000,
    ...(code === undefined ? {} : { nonce: code.nonce }),
  };
  const idToken = (change: IdTokenChange): Promise<string> =>
    state.sign(claims, client.secret, change);
  const fields = {
    access_token: accessToken,
    refresh_token: refreshToken,
    token_type: "Bearer",
    expires_in: 2100,
    scope: "openid email offline_access",
    id_token: await idToken({}),
  };
  return { sent: code === undefined ? sent : undefined, fields, idToken };
}
