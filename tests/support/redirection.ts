// A browser's request to the redirection endpoint, without a browser and without a network.
import type { Attempt } from "../../src/oauth/authorization_code.ts";
import { type RedirectionEndpoint, redirectionEndpoint } from "../../src/oauth/loopback.ts";
import { responseQuery, someAttempt } from "./oauth.ts";

/** The endpoint of a new attempt on 127.0.0.1:8443, and ways to reach it. */
export interface Visit {
  readonly attempt: Attempt;
  readonly endpoint: RedirectionEndpoint;
  /** Asks for a path with a query; a GET with the right `Host` unless told otherwise. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** Asks for the redirect URI with the attempt's state and what is added. */
  comeBack(fields?: Readonly<Record<string, string>>): Promise<Response>;
  /** Whether an answer has been accepted by now. */
  isAnswered(): Promise<boolean>;
}

const HOST = "127.0.0.1:8443";

/** Opens the endpoint of a new attempt. */
export async function visit(): Promise<Visit> {
  const attempt = await someAttempt();
  const endpoint = redirectionEndpoint(attempt, new Set([HOST, "localhost:8443"]));
  const ask = (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    if (!headers.has("host")) headers.set("host", HOST);
    return endpoint.handle(new Request(`https://${HOST}${path}`, { ...init, headers }));
  };
  return {
    attempt,
    endpoint,
    ask,
    comeBack: (fields) => ask(`/callback?${responseQuery(attempt, fields)}`),
    isAnswered: () => isSettled(endpoint.answer),
  };
}

/** Whether a promise is settled, once everything that is on its way has had its turn. */
export async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const later = new Promise<false>((resolve) => setTimeout(() => resolve(false), 5));
  return await Promise.race([promise.then(() => true, () => true), later]);
}
