// Anaplan's APIs behind a token: Integration, Audit, and the authentication service.
// Rule: each API has its own header scheme and its own way of refusing, as the real ones do.
// @ts-types="@types/oidc-provider"
import type { AccessToken, Provider } from "oidc-provider";
import type { ActionsRoute } from "./actions.ts";
import { sendEmpty, sendJson, sendRefusal } from "./answers.ts";
import { echo } from "./echo.ts";
import type { Exchange } from "./exchange.ts";
import type { FilesRoute } from "./files.ts";
import { USER } from "./identities.ts";
import { auditEvents, models, workspaces } from "./lists.ts";

interface Credentials {
  readonly scheme: string;
  readonly token: string;
}

/** `/2/0/…`: takes both schemes, refuses with an empty 401. */
export async function integrationApi(
  exchange: Exchange,
  provider: Provider,
  files: FilesRoute,
  actions: ActionsRoute,
): Promise<void> {
  const { scheme, token } = credentials(exchange);
  const known = scheme === "Bearer" || scheme === "AnaplanAuthToken";
  const accessToken = known ? await provider.AccessToken.find(token) : undefined;
  if (accessToken === undefined) return sendEmpty(exchange, 401);
  const { pathname } = exchange.url;
  if (pathname === "/2/0/echo") return echo(exchange);
  const isGet = exchange.method === "GET";
  if (isGet && pathname === "/2/0/users/me") return usersMe(exchange);
  if (isGet && pathname === "/2/0/workspaces") return workspaces(exchange);
  if (isGet && pathname === "/2/0/models") return models(exchange);
  if (actions(exchange) || await files(exchange)) return;
  sendRefusal(exchange, 404, "Not Found");
}

/** `/audit/api/1/…`: takes `AnaplanAuthToken` only, and says why it refuses. */
export async function auditApi(exchange: Exchange, provider: Provider): Promise<void> {
  const { scheme, token } = credentials(exchange);
  const accessToken = scheme === "AnaplanAuthToken"
    ? await provider.AccessToken.find(token)
    : undefined;
  if (accessToken === undefined) return sendRefusal(exchange, 401, "Unauthorized");
  const isEvents = exchange.method === "GET" && exchange.url.pathname === "/audit/api/1/events";
  if (isEvents) return auditEvents(exchange);
  sendRefusal(exchange, 404, "Not Found");
}

function usersMe(exchange: Exchange): void {
  const { id, email, firstName, lastName, customerId } = USER;
  sendJson(exchange, 200, {
    meta: { schema: `${exchange.url.origin}/2/0/objects/user` },
    status: { code: 200, message: "Success" },
    user: {
      id,
      active: true,
      email,
      emailOptIn: false,
      firstName,
      lastName,
      customerId,
      lastLoginDate: "2017-09-07T08:05:37.000+0000",
    },
  });
}

/** `GET /token/validate` and `POST /token/logout`: take `AnaplanAuthToken` only. */
export async function authenticationService(
  exchange: Exchange,
  provider: Provider,
  logoutEndsGrant: boolean,
): Promise<void> {
  const { scheme, token } = credentials(exchange);
  if (scheme !== "AnaplanAuthToken") {
    return refuse(exchange, 400, "FAILURE_BAD_HEADER", "Invalid authorization header");
  }
  const accessToken = await provider.AccessToken.find(token);
  if (accessToken === undefined) {
    return refuse(exchange, 401, "FAILURE_BAD_CREDENTIAL", "Bad credential");
  }
  if (exchange.url.pathname === "/token/validate") return validated(exchange, accessToken);
  await accessToken.destroy();
  if (logoutEndsGrant && accessToken.grantId !== undefined) {
    await provider.AccessToken.revokeByGrantId(accessToken.grantId);
    await provider.RefreshToken.revokeByGrantId(accessToken.grantId);
  }
  sendEmpty(exchange, 204);
}

function validated(exchange: Exchange, accessToken: AccessToken): void {
  sendJson(exchange, 200, {
    meta: { validationUrl: `${exchange.url.origin}/token/validate` },
    status: "SUCCESS",
    statusMessage: "Token validated",
    tokenInfo: { expiresAt: (accessToken.exp ?? 0) * 1000, tokenId: crypto.randomUUID() },
    userInfo: { userGuid: USER.id, userId: USER.email, customerGuid: USER.customerId },
  });
}

function refuse(exchange: Exchange, code: number, status: string, statusMessage: string): void {
  sendJson(exchange, code, { status, statusMessage });
}

function credentials(exchange: Exchange): Credentials {
  const [scheme = "", token = ""] = (exchange.headers.authorization ?? "").split(" ");
  return { scheme, token };
}
