// Anaplan's APIs behind a token: users/me, workspaces, and the authentication service.
// Rule: each API has its own header scheme and its own way of refusing, as the real ones do.
// @ts-types="@types/oidc-provider"
import type { AccessToken, Provider } from "oidc-provider";
import { type Exchange, sendEmpty, sendJson } from "./exchange.ts";
import { USER } from "./identities.ts";

interface Credentials {
  readonly scheme: string;
  readonly token: string;
}

/** `/2/0/…`: takes both schemes, refuses with an empty 401. */
export async function integrationApi(exchange: Exchange, provider: Provider): Promise<void> {
  const { scheme, token } = credentials(exchange);
  const known = scheme === "Bearer" || scheme === "AnaplanAuthToken";
  const accessToken = known ? await provider.AccessToken.find(token) : undefined;
  if (accessToken === undefined) return sendEmpty(exchange, 401);
  const { pathname } = exchange.url;
  if (exchange.method === "GET" && pathname === "/2/0/users/me") return usersMe(exchange);
  if (exchange.method === "GET" && pathname === "/2/0/workspaces") return workspaces(exchange);
  sendJson(exchange, 404, {
    status: { code: 404, message: "Not Found" },
    path: pathname,
    timestamp: new Date().toISOString(),
  });
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

const WORKSPACES = Array.from({ length: 45 }, (_, index) => ({
  id: `8A81B09E54F9A5A80155015ABCDE1${String(index + 1).padStart(3, "0")}`,
  name: `Workspace ${index + 1}`,
  active: true,
  sizeAllowance: 1_073_741_824,
  currentSize: 1_048_576 * (index + 1),
}));

function workspaces(exchange: Exchange): void {
  const { parameters, url } = exchange;
  const limit = Math.max(1, Number(parameters.limit ?? 20) || 20);
  const offset = Math.max(0, Number(parameters.offset ?? 0) || 0);
  const shown = WORKSPACES.slice(offset, offset + limit);
  const link = (at: number): string => `${url.origin}${url.pathname}?limit=${limit}&offset=${at}`;
  sendJson(exchange, 200, {
    meta: {
      schema: `${url.origin}/2/0/objects/workspace`,
      paging: {
        currentPageSize: shown.length,
        totalSize: WORKSPACES.length,
        offset,
        ...(offset + limit < WORKSPACES.length ? { next: link(offset + limit) } : {}),
        ...(offset > 0 ? { previous: link(Math.max(0, offset - limit)) } : {}),
      },
    },
    status: { code: 200, message: "Success" },
    workspaces: shown,
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
