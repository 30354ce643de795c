// Which path is answered by whom.
// Rule: a path that Anaplan does not have goes to the authorization server, which says 404.
// @ts-types="@types/oidc-provider"
import type { Provider } from "oidc-provider";
import { createActions } from "./actions.ts";
import { sendRefusal } from "./answers.ts";
import { auditApi, authenticationService, integrationApi } from "./api.ts";
import { DEFAULT_SCOPE, ROUTES, SIGN_IN_PATH } from "./authorization_server.ts";
import type { SandboxOptions, SignInAnswer, Upload } from "./contract.ts";
import { type Exchange, replay, type ReplayChanges } from "./exchange.ts";
import { createFiles } from "./files.ts";
import { createRateLimit } from "./rate_limit.ts";
import { authorizationRequest, prelogin, signIn } from "./sign_in.ts";
import { createTokenGate, refuseHeaderCredentials } from "./token_gate.ts";

/** The path that the tutorial and the SDK open first. */
export const PRELOGIN_PATH = "/auth/prelogin";

/** Handles one request to its end. */
export type Route = (exchange: Exchange) => Promise<void> | void;

/** Makes the routes of one sandbox; `answer` is what the user says in automatic mode. */
export function createRoutes(
  provider: Provider,
  options: SandboxOptions,
  answer: () => SignInAnswer,
  uploads: Map<string, Upload>,
): Route {
  const automatic = options.signIn !== "page";
  const isGated = createTokenGate(options.deviceIntervalSeconds ?? 5);
  const files = createFiles(options, uploads);
  const actions = createActions();
  const isLetThrough = createRateLimit(options.requestsPerSecond);
  const callback = provider.callback();
  const inTurn = createQueue();
  const oauth = (exchange: Exchange, changes?: ReplayChanges): Promise<void> =>
    callback(replay(exchange, changes), exchange.outgoing);

  return (exchange) => {
    const { pathname } = exchange.url;
    if (pathname === PRELOGIN_PATH) return prelogin(exchange, automatic);
    if (pathname.startsWith(SIGN_IN_PATH)) {
      return signIn(exchange, provider, automatic ? answer() : undefined);
    }
    const isApi = pathname.startsWith("/2/0/") || pathname.startsWith("/audit/");
    if (isApi && !isLetThrough()) {
      return sendRefusal(exchange, 429, "Too Many Requests", { "retry-after": "1" });
    }
    if (pathname.startsWith("/audit/")) return auditApi(exchange, provider);
    if (pathname.startsWith("/2/0/")) return integrationApi(exchange, provider, files, actions);
    if (pathname === "/token/validate" || pathname === "/token/logout") {
      return authenticationService(exchange, provider, options.logoutEndsGrant ?? false);
    }
    if (pathname === ROUTES.authorization) {
      return oauth(exchange, { url: authorizationRequest(exchange.url) });
    }
    if (pathname === ROUTES.token) {
      return isGated(exchange) ? undefined : inTurn(() => oauth(exchange));
    }
    if (pathname === ROUTES.device_authorization) {
      const form = new URLSearchParams({ scope: DEFAULT_SCOPE, ...exchange.parameters });
      return refuseHeaderCredentials(exchange) ? undefined : oauth(exchange, { body: `${form}` });
    }
    if (pathname === ROUTES.revocation) {
      return refuseHeaderCredentials(exchange) ? undefined : oauth(exchange);
    }
    return oauth(exchange);
  };
}

/**
 * Runs jobs one after the other. The library looks whether a refresh token was used and marks it
 * as used in two steps: side by side, two requests would both get through, and a program that
 * sends two would never be caught.
 */
function createQueue(): (job: () => Promise<void>) => Promise<void> {
  let last = Promise.resolve();
  return (job) => {
    const turn = last.then(job);
    last = turn.catch(() => undefined); // the waiter for the job gets the error
    return turn;
  };
}
