// What is Anaplan's own: its endpoints, the header scheme of each API, the current user, the
// end of a session. Rule: facts live here, each once; the rest of the house asks.

import { signIn } from "../base/words.ts";
import { caCertificates } from "../files/ca_file.ts";
import { origins } from "./authorization_server.ts";
import { authorization, type BoundLogin, type TokenScheme } from "./belonging.ts";
import { cannotUseNow } from "../base/attempts.ts";
import { CliError, ifPossible } from "../base/errors.ts";
import {
  asObject,
  field,
  type Fields,
  fieldsOf,
  objectField,
  onlyDefined,
  timeField,
} from "../base/json.ts";
import { parseJsonWithout, printable, quoteWords } from "../base/masking.ts";
import { codeOrQuoted } from "../base/names.ts";
import type { Secret } from "../base/secret.ts";
import { type Settings } from "../settings/settings.ts";
import type { System } from "../system/contract.ts";

/** Who the access token belongs to. */
export interface User {
  readonly id: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  /** The tenant. */
  readonly customerId: string;
  readonly active: boolean | undefined;
  /** In milliseconds since the epoch. */
  readonly lastLoginAt: number | undefined;
}

/**
 * Asks the Integration API who the token belongs to.
 *
 * @throws {CliError} `login_required` when the API does not accept the token, `unavailable` or `api`.
 */
export async function currentUser(
  login: BoundLogin,
  settings: Settings,
  system: Pick<System, "fetch">,
  timeout?: number,
): Promise<User> {
  const url = `${origins(settings).api}/2/0/users/me`;
  const response = await askWithToken({ login, scheme: "Bearer", url, timeout }, settings, system);
  const body = await bodyOf(response, login.accessToken);
  const user = body && objectField(body, "user");
  if (response.status === 200 && user !== undefined) return parseUser(user);
  throw apiError(response.status, body, url, settings);
}

/** Whether an answer that is no success is the API's own word on this call, and worth printing. */
export function isApiError(status: number): boolean {
  return status >= 400 && status < 500 && status !== 429;
}

/** What the authentication service says about a token. */
export type Validation =
  | { readonly kind: "valid"; readonly expiresAt: number | undefined }
  /** As it may do with every OAuth token; the reason is a code, or quoted. */
  | { readonly kind: "rejected"; readonly reason: string };

/**
 * Asks the authentication service about the token; it knows the scheme AnaplanAuthToken only, and one
 * source doubts that it takes OAuth tokens.
 *
 * @throws {CliError} `unavailable` when the service cannot be used now.
 */
export async function validateToken(
  login: BoundLogin,
  settings: Settings,
  system: Pick<System, "fetch">,
): Promise<Validation> {
  const url = `${origins(settings).auth}/token/validate`;
  const response = await askWithToken({ login, scheme: "AnaplanAuthToken", url }, settings, system);
  const body = await bodyOf(response, login.accessToken);
  const info = body && objectField(body, "tokenInfo");
  const said = (body && field(body, "status", "string")) ?? "";
  if (response.status === 200 && body !== undefined && (said === "" || said === "SUCCESS")) {
    return { kind: "valid", expiresAt: info && timeField(info, "expiresAt") };
  }
  const { status } = response;
  if (isApiError(status) || said.startsWith("FAILURE_")) {
    return { kind: "rejected", reason: said === "" ? `HTTP ${status}` : codeOrQuoted(said) };
  }
  throw apiError(status, body, url, settings);
}

/**
 * Ends the token's session at the authentication service.
 *
 * @returns whether the service said that it ended it.
 * @throws {CliError} `unavailable` when the service cannot be reached.
 */
export async function endSession(
  login: BoundLogin,
  settings: Settings,
  system: Pick<System, "fetch">,
  timeout?: number,
): Promise<boolean> {
  const url = `${origins(settings).auth}/token/logout`;
  const asked: AskedWithToken = { method: "POST", login, scheme: "AnaplanAuthToken", url, timeout };
  const response = await askWithToken(asked, settings, system);
  if (response.status < 500 && response.status !== 429) return response.ok;
  throw apiError(response.status, undefined, url, settings);
}

interface AskedWithToken {
  readonly method?: "GET" | "POST";
  readonly login: BoundLogin;
  readonly scheme: TokenScheme;
  readonly url: string;
  readonly timeout?: number | undefined;
}

/** Sends a request without a body, with the access token. */
export async function askWithToken(
  { method = "GET", login, scheme, url, timeout }: AskedWithToken,
  settings: Settings,
  system: Pick<System, "fetch">,
): Promise<Response> {
  const headers = { authorization: authorization(login, scheme, url) };
  const request = { method, url, headers, caCertificates: caCertificates(settings), timeout };
  return await system.fetch(onlyDefined(request));
}

function parseUser(user: Fields): User {
  const text = (name: string): string => printable(field(user, name, "string") ?? "");
  const lastLogin = Date.parse(text("lastLoginDate").replace(/([+-]\d\d)(\d\d)$/, "$1:$2"));
  return {
    ...fieldsOf(["id", "email", "firstName", "lastName", "customerId"], text),
    active: field(user, "active", "boolean"),
    lastLoginAt: Number.isNaN(lastLogin) ? undefined : lastLogin,
  };
}

/** The JSON object in an answer; where it repeats the access token, that is masked. */
export async function bodyOf(response: Response, accessToken: Secret): Promise<Fields | undefined> {
  const text = await response.text(); // it may be empty or a web page; the status says enough
  return ifPossible(() => asObject(parseJsonWithout([accessToken.reveal()], text)));
}

export function tokenRejected(url: string): CliError {
  const message = `Cannot use ${new URL(url).host}: it rejected the access token`;
  return new CliError("login_required", message, { next: signIn() });
}

function apiError(
  status: number,
  body: Fields | undefined,
  url: string,
  settings: Settings,
): CliError {
  if (status === 401) return tokenRejected(url);
  const said = body && objectField(body, "status");
  const message = (said && field(said, "message", "string")) ?? "";
  const theirs = message === "" ? "" : `: ${quoteWords(message)}`;
  if (isApiError(status) && body !== undefined) {
    const { host } = new URL(url);
    return new CliError("api", `Cannot ask ${host} who you are (HTTP ${status})${theirs}`, {
      next: settings.issuer === undefined
        ? "check the region and what your user may do in Anaplan"
        : "check --api-url and what your user may do there",
    });
  }
  return cannotUseNow(url, `it answered HTTP ${status}${theirs}`);
}
