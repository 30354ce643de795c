// The redirection endpoint on this computer (RFC 8252, section 7.3). Rule: the state is compared before
// anything else is believed; whatever else comes is refused and the wait goes on.

import { timingSafeEqual } from "@std/crypto/timing-safe-equal";
import type { ListenOptions, System } from "../system/contract.ts";
import { isLoopbackHost } from "../base/urls.ts";
import type { Attempt } from "./authorization_code.ts";
import type { ListenerCertificate } from "./certificate.ts";
import { formatAddress, type ListenAddress, type ListenCandidate } from "./listen_addresses.ts";
import { bookmarklet, PARAMETERS, RELAY_PATH } from "./relay.ts";
import {
  BARE_HEADERS,
  FINISHED_PAGE,
  MALFORMED_PAGE,
  type Page,
  pageResponse,
  UNKNOWN_STATE_PAGE,
  waitingResponse,
} from "./page.ts";

/** An authorization response that belongs to the attempt, and the way to answer it. */
export interface AuthorizationResponse {
  readonly method: "loopback" | "paste" | "relay";
  readonly parameters: URLSearchParams;
  /** Shows the outcome where the answer came from: a page in the browser, nothing for a paste. */
  reply(page: Page): void;
}

export interface RedirectionEndpoint {
  readonly handle: (request: Request) => Promise<Response>;
  /** Resolves with the first authorization response that carries the attempt's state. */
  readonly answer: Promise<AuthorizationResponse>;
  /** Takes an answer that came another way, so that no later one passes for it. */
  take(parameters: URLSearchParams): void;
  /** Shows the outcome to every browser that asks, or is waiting already. */
  reply(page: Page): void;
}

/** Open listeners, or the address that could not be had and why. */
export type Loopback =
  | {
    readonly kind: "open";
    readonly addresses: readonly [ListenAddress, ...ListenAddress[]];
    close(): Promise<void>;
  }
  | { readonly kind: "taken" | "refused" | "unsupported"; readonly address: ListenAddress };

/** The endpoint for an attempt; `hosts` are the only `Host` headers that it answers to. */
export function redirectionEndpoint(
  attempt: Attempt,
  hosts: ReadonlySet<string>,
): RedirectionEndpoint {
  const { path, method } = responseLocation(attempt.redirectUri);
  const answered = Promise.withResolvers<AuthorizationResponse>();
  const outcome = Promise.withResolvers<Page>();
  let taken: string | undefined;
  const take = (parameters: URLSearchParams): boolean => {
    // tells one answer from another; the state is the attempt's in all of them
    const given = `code=${parameters.get("code") ?? ""}&error=${parameters.get("error") ?? ""}`;
    taken ??= given;
    return taken === given;
  };
  const receive = async (parameters: URLSearchParams): Promise<Response> => {
    const isFirst = take(parameters); // or the first one once more: a reload
    if (isFirst) answered.resolve({ method, parameters, reply: outcome.resolve });
    const page = await outcome.promise; // held until the tokens are saved
    return await pageResponse(isFirst ? page : FINISHED_PAGE);
  };
  return {
    answer: answered.promise,
    take,
    reply: outcome.resolve,
    handle: async (request) => {
      const url = new URL(request.url);
      const isStart = url.pathname === "/" && url.search === "";
      const refusal = refusalOf(request, url, isStart ? "/" : path, hosts);
      if (refusal !== undefined) return refusal;
      if (isStart) return await ownPage(attempt, url);
      const isRepeated = PARAMETERS.some((name) => url.searchParams.getAll(name).length > 1);
      if (isRepeated) return await pageResponse(MALFORMED_PAGE);
      if (!isState(url.searchParams.get("state"), attempt)) {
        return await pageResponse(UNKNOWN_STATE_PAGE);
      }
      const isAnswer = url.searchParams.has("code") !== url.searchParams.has("error");
      return await (isAnswer ? receive(url.searchParams) : pageResponse(MALFORMED_PAGE));
    },
  };
}

/** The page at the listener's own address; the bookmarklet leads to the host by which the browser asked. */
async function ownPage({ redirectUri }: Attempt, { hostname }: URL): Promise<Response> {
  if (isLoopbackHost(new URL(redirectUri).hostname)) return await waitingResponse(undefined);
  const host = hostname === "localhost" ? "localhost" : "127.0.0.1";
  return await waitingResponse({ redirectUri, bookmarklet: bookmarklet(host) });
}

/**
 * Opens the first candidate that can be had.
 *
 * @param certificate makes the listener speak HTTPS; without it, for an `http:` redirect URI, HTTP.
 */
export async function openLoopback(
  candidates: readonly ListenCandidate[],
  certificate: ListenerCertificate | undefined,
  { handle, onRejected }: Pick<ListenOptions, "handle" | "onRejected">,
  system: Pick<System, "serve">,
): Promise<Loopback> {
  const serving = { ...certificate && { tls: certificate }, handle, onRejected };
  let failure: Loopback | undefined;
  for (const candidate of candidates) {
    const loopback = await openCandidate(candidate, serving, system);
    if (loopback.kind === "open") return loopback;
    failure ??= loopback;
  }
  if (failure === undefined) throw new Error("there is no address to listen on");
  return failure;
}

/** The `Host` headers under which the listener can be meant. */
export function listenerHosts(
  candidates: readonly ListenCandidate[],
  redirectUri: string,
): ReadonlySet<string> {
  const addresses = candidates.flatMap(({ addresses }) => addresses);
  const { host, hostname } = new URL(redirectUri);
  return new Set([
    ...(isLoopbackHost(hostname) ? [host] : []),
    ...addresses.map(formatAddress),
    ...addresses.map(({ port }) => `localhost:${port}`),
  ]);
}

/** Where the answer is expected: at the redirect URI's own path, or where a relay brings it. */
function responseLocation(redirectUri: string): {
  readonly path: string;
  readonly method: "loopback" | "relay";
} {
  const { hostname, pathname } = new URL(redirectUri);
  return isLoopbackHost(hostname)
    ? { path: pathname, method: "loopback" }
    : { path: RELAY_PATH, method: "relay" };
}

async function openCandidate(
  { addresses, needsTwin }: ListenCandidate,
  serving: Omit<ListenOptions, "hostname" | "port">,
  system: Pick<System, "serve">,
): Promise<Loopback> {
  const open: { readonly address: ListenAddress; close(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(open.map((listener) => listener.close()));
  };
  for (const address of addresses) {
    const listening = await system.serve({ ...address, ...serving });
    if (listening.kind === "open") open.push({ address, close: () => listening.close() });
    else if (open.length === 0 || (needsTwin && listening.kind !== "unsupported")) {
      await close();
      return { kind: listening.kind, address };
    }
  }
  const [first, ...others] = open.map(({ address }) => address);
  if (first === undefined) throw new Error("a candidate has at least one address");
  return { kind: "open", addresses: [first, ...others], close };
}

/** An answer to a request that is no GET of a browser for this path; `undefined` when it is one. */
export function refusalOf(
  request: Request,
  url: URL,
  path: string,
  hosts: ReadonlySet<string>,
): Response | undefined {
  const bare = (status: number, headers: Record<string, string> = {}): Response =>
    new Response(null, { status, headers: { ...BARE_HEADERS, ...headers } });
  if (!hosts.has((request.headers.get("host") ?? "").toLowerCase())) return bare(421);
  if (request.method !== "GET") return bare(405, { allow: "GET" });
  const purpose = ["sec-purpose", "purpose", "x-moz"].map((name) =>
    request.headers.get(name) ?? ""
  );
  if (purpose.some((value) => /prefetch|prerender|preview/i.test(value))) return bare(204);
  return isEqualInConstantTime(url.pathname, path) ? undefined : bare(404);
}

export function isState(received: string | null, attempt: Attempt): boolean {
  return isEqualInConstantTime(received ?? "", attempt.state.reveal());
}

/** Compares in constant time, so that the expected text cannot be guessed piece by piece. */
export function isEqualInConstantTime(received: string, expected: string): boolean {
  const encoder = new TextEncoder();
  const bytes = encoder.encode(received);
  const wanted = encoder.encode(expected);
  return bytes.length === wanted.length && timingSafeEqual(bytes, wanted);
}
