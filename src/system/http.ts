// One HTTP request, answered whole. Rule: bounded in time and size, never silently sent twice, never
// redirected, and no secret in what is traced or thrown.

import { CliError } from "../base/errors.ts";
import { maskParameters, maskUrl, typeOf } from "../base/masking.ts";
import type { HttpRequest, ShowWait, SilenceWatch, Trace } from "./contract.ts";
import type { RequestAttempt } from "./http_failure.ts";
import { type Proxy, proxyFor } from "./proxies.ts";
import { httpClient, USER_AGENT } from "./http_client.ts";
import { silentFor, watchSilence } from "./silence.ts";
import { isScreen } from "./surroundings.ts";
import { joined, unpacked } from "./unpacked.ts";

/** How long nothing may come, in milliseconds. */
const TIMEOUT = 20_000;
/** How often that may pass until the answer is complete: one that comes in drops is not abandoned at once. */
const LONGEST_ANSWER = 2;
/** Tokens, metadata and users are short; what a parser makes of a text is far longer than the text. */
const BODY_LIMIT = 1024 * 1024;
/** Tokens may be behind more than that, and come once. */
const KEPT_LIMIT = 8 * 1024 * 1024;

/** What is packed is lost when its check sum is, and Deno unpacks nothing that was not asked for. */
export const HEADERS = {
  accept: "application/json",
  "accept-encoding": "identity",
  "user-agent": USER_AGENT,
};

/** When each request that is under way ends at the latest, on the monotonic clock. */
const ends = new Set<number>();

/** When the last answer that is waited for is there, or is given up; `undefined` when none is waited for. */
export function answerDue(): number | undefined {
  return ends.size === 0 ? undefined : Math.max(...ends);
}

/** See {@link System.holdSignals}. What a request needs is loaded before the last file descriptor may be taken. */
export async function hold(tell: (text: string) => void): Promise<Disposable> {
  return (await import("./signals.ts")).holdSignals(tell, answerDue);
}

/** As {@link fetchWhole}; says what it waits for. */
export async function fetchPatiently(
  request: HttpRequest,
  trace: Trace,
  show: ShowWait,
  send?: Send,
): Promise<Response> {
  const limit = LONGEST_ANSWER * (request.timeout ?? TIMEOUT);
  const end = performance.now() + limit;
  ends.add(end);
  try {
    using _wait = isScreen()
      ? (await import("./long_wait.ts")).showWait(new URL(request.url).host, limit, show)
      : undefined;
    return await fetchWhole(request, trace, send);
  } finally {
    ends.delete(end);
  }
}

/** A request on its way. */
export interface Sending {
  readonly request: HttpRequest;
  readonly url: URL;
  readonly proxy: Proxy | undefined;
  /** Ends it. */
  readonly signal: AbortSignal;
  begin(head: Pick<Response, "status" | "headers">): void;
  /** The next piece of its body. @throws {CliError} `unavailable` for a body that is far too long. */
  take(piece: Uint8Array): void;
}

/** Sends a request, until its answer is there as a whole. */
export type Send = (sending: Sending) => Promise<void>;

/** Sends the request and reads the whole answer; see {@link System.fetch}. */
export async function fetchWhole(
  request: HttpRequest,
  trace: Trace,
  send: Send = sendByFetch,
): Promise<Response> {
  const url = new URL(request.url);
  const proxy = proxyFor(url, Deno.env.get);
  using patience = patientTimeout(request.timeout ?? TIMEOUT);
  const started = performance.now();
  const elapsed = (): number => Math.round(performance.now() - started);
  const way = proxy === undefined ? "" : ` through the proxy ${proxy.address}`;
  trace(() => `> ${request.method} ${maskUrl(url)}${maskForm(request)}${way}`);
  const limit = request.keepsWhatArrived ? KEPT_LIMIT : BODY_LIMIT;
  const answer = incoming(url.host, limit, patience.heard);
  try {
    await send({ request, url, proxy, signal: patience.signal, ...answer });
    const head = answer.head();
    if (head === undefined) throw new Error("no answer came");
    const body = answer.body();
    trace(() => `< ${head.status} ${typeOf(head, request)}, ${body.length} bytes, ${elapsed()} ms`);
    return await answerOf(head, body, limit);
  } catch (error) {
    const translated = await failureOf(error, { url, proxy });
    trace(() => `< no answer after ${elapsed()} ms: ${translated.message}`);
    const head = answer.head();
    if (head === undefined || !request.keepsWhatArrived) throw translated;
    throw translated.with({ arrived: await answerOf(head, answer.body(), limit) });
  }
}

/** What came of an answer. */
function incoming(host: string, limit: number, heard: () => void) {
  const pieces: Uint8Array[] = [];
  let length = 0;
  let head: Pick<Response, "status" | "headers"> | undefined;
  const reading: Pick<Sending, "begin" | "take"> = {
    begin(begun) {
      heard();
      head = begun;
    },
    take(piece) {
      heard();
      length += piece.length;
      if (length > limit) throw tooLongError(host);
      pieces.push(piece);
    },
  };
  return { ...reading, head: () => head, body: () => joined(pieces) };
}

function tooLongError(host: string): CliError {
  return new CliError("unavailable", `Cannot use the answer of ${host}: it is far too long`, {
    next: "try again later; a proxy may be answering in its place",
  });
}

/** Sends a request by fetch, which also knows every proxy and says why no answer came. */
export async function sendByFetch(
  { request, url, proxy, signal, begin, take }: Sending,
): Promise<void> {
  using client = httpClient(proxy, request.caCertificates ?? [], request.clientCertificate);
  const response = await fetch(url, {
    method: request.method,
    headers: { ...HEADERS, ...request.headers },
    ...(request.body === undefined ? {} : { body: request.body }),
    redirect: "manual",
    signal,
    client,
  });
  begin(response);
  const reader = response.body?.getReader(); // `for await` takes a millisecond more
  try {
    for (let piece; (piece = (await reader?.read())?.value) !== undefined;) take(piece);
  } catch (error) {
    await reader?.cancel().catch(() => {}); // it may have failed itself
    throw error;
  }
}

/** The failure in words, which are loaded only now; without them it counts as none after which a request is sent again. */
async function failureOf(error: unknown, tried: RequestAttempt): Promise<CliError> {
  if (error instanceof CliError) return error;
  try {
    return await (await import("./http_failure.ts")).fetchFailure(error, tried);
  } catch { // when no file can be opened any more; a part of an answer may have tokens in it
    const reason = "the connection broke";
    return new CliError("unavailable", `Cannot reach ${tried.url.host}: ${reason}`, {
      reason,
      next: "check the network and the proxy, then try again",
      answerLost: true,
    });
  }
}

async function answerOf(
  { status, headers }: Pick<Response, "status" | "headers">,
  body: Uint8Array<ArrayBuffer>,
  limit: number,
): Promise<Response> {
  const hasBody = ![101, 204, 205, 304].includes(status);
  const inside = hasBody ? await unpacked(body, headers.get("content-encoding"), limit) : null;
  return new Response(inside, { status, headers });
}

/** A timeout for silence, and for the whole answer, that a stopped process does not pay for. */
function patientTimeout(timeout: number): SilenceWatch {
  const end = performance.now() + LONGEST_ANSWER * timeout;
  let hasBegun = false;
  const failure = (): DOMException => {
    if (!hasBegun) return silentFor(timeout);
    const reason = performance.now() < end
      ? `the answer stopped: nothing came for ${timeout / 1000} s`
      : `the answer was not complete within ${LONGEST_ANSWER * timeout / 1000} s`;
    return new DOMException(reason, "TimeoutError");
  };
  const watch = watchSilence(timeout, { end, failure });
  return {
    ...watch,
    heard() {
      hasBegun = true;
      watch.heard();
    },
  };
}

/** A form with its values masked; any other body has no names that are known to be no secrets. */
function maskForm({ headers = {}, body = "" }: HttpRequest): string {
  if (!headers["content-type"]?.startsWith("application/x-www-form-urlencoded")) return "";
  return ` (${maskParameters(new URLSearchParams(body)).join(" ")})`;
}
