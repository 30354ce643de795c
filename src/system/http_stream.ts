// One HTTP request whose body and answer flow, however long they are. Rule: never redirected, never silently
// sent twice, bounded by silence instead of by size, and no secret in what is traced or thrown.

import type { StreamRequest, StreamResponse, Trace } from "./contract.ts";
import { proxyFor } from "./proxies.ts";
import { portOf } from "../base/urls.ts";
import { maskUrl, since, typeOf } from "./http.ts";
import { httpClient } from "./http_client.ts";
import { fetchFailure } from "./http_failure.ts";
import { type SilenceWatch, watchSilence } from "./silence.ts";

/** How long nothing may move in either direction, in milliseconds: long exports take their time. */
const LONGEST_SILENCE = 120_000;
/** What fetch unpacks by itself; another encoding stays as it came. */
const UNPACKED = ["gzip", "br"];

/** How long the answer may take until it begins, in milliseconds. */
export function longestSilence(request: Pick<StreamRequest, "longestSilence">): number {
  return request.longestSilence ?? LONGEST_SILENCE;
}

/** Sends the request; see {@link System.fetchStream}. */
export async function fetchStream(
  request: StreamRequest,
  trace: Trace,
): Promise<StreamResponse> {
  const url = new URL(request.url);
  const proxy = proxyFor(url, Deno.env.get);
  const client = httpClient(proxy, request.caCertificates ?? []);
  const watch = watchSilence(longestSilence(request), request.signal);
  const started = performance.now();
  let isOpen = true;
  const close = (): void => {
    if (isOpen) client.close();
    isOpen = false;
    watch[Symbol.dispose]();
  };
  const failed = async (error: unknown): Promise<unknown> => {
    if (request.signal?.aborted) return request.signal.reason;
    const signer = async (): Promise<string | undefined> =>
      (await import("./peer_issuer.ts")).peerIssuer(url.hostname, portOf(url));
    const translated = await fetchFailure(error, { url, proxy, signer });
    trace(() => `< no answer after ${since(started)} ms: ${translated.message}`);
    return translated;
  };
  const way = proxy === undefined ? "" : ` through the proxy ${proxy.address}`;
  trace(() => `> ${request.method} ${maskUrl(url)}${way}`);
  try {
    const { body } = request;
    const headers = headersOf(request);
    const response = await fetch(url, {
      method: request.method,
      headers,
      ...(body === undefined ? {} : { body: isFlowing(body) ? watched(body, watch) : body }),
      redirect: "manual",
      signal: watch.signal,
      client,
    });
    const type = typeOf(response, { headers: Object.fromEntries(headers) });
    trace(() => `< ${response.status} ${type}, ${since(started)} ms`);
    return {
      status: response.status,
      statusText: response.statusText,
      headers: asDecoded(response.headers),
      body: bytesOf(response, watch, failed),
      async [Symbol.asyncDispose]() {
        if (isOpen) await response.body?.cancel().catch(() => undefined); // it may be over already
        close();
      },
    };
  } catch (error) {
    close();
    throw await failed(error);
  }
}

/** The person's own `User-Agent` goes before ours. */
function headersOf({ headers }: StreamRequest): Headers {
  const all = new Headers(headers.map(([name, value]): [string, string] => [name, value]));
  if (!all.has("user-agent")) all.set("user-agent", "anaplan-auth");
  return all;
}

function isFlowing(body: Uint8Array | ReadableStream<Uint8Array>): body is ReadableStream<
  Uint8Array
> {
  return body instanceof ReadableStream;
}

function watched(body: ReadableStream<Uint8Array>, watch: SilenceWatch): ReadableStream {
  return body.pipeThrough(
    new TransformStream({
      transform(chunk, controller) {
        watch.heard();
        controller.enqueue(chunk);
      },
    }),
  );
}

/** The body is unpacked on its way; what the headers say of the packed one would be wrong. */
function asDecoded(headers: Headers): Headers {
  const decoded = new Headers(headers);
  if (!UNPACKED.includes(decoded.get("content-encoding")?.toLowerCase() ?? "")) return decoded;
  decoded.delete("content-encoding");
  decoded.delete("content-length");
  return decoded;
}

async function* bytesOf(
  response: Response,
  watch: SilenceWatch,
  failed: (error: unknown) => Promise<unknown>,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of response.body ?? []) {
      watch.rest(); // whoever reads may be slow, as a pager is
      yield chunk;
      watch.heard();
    }
  } catch (error) {
    throw await failed(error);
  }
}
