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

/** Sends the request; see {@link System.fetchStream}. */
export async function fetchStream(
  request: StreamRequest,
  traced: Trace,
): Promise<StreamResponse> {
  const trace = request.isTraced === false ? (): void => {} : traced;
  const url = new URL(request.url);
  const proxy = proxyFor(url, Deno.env.get);
  const { pool } = request;
  const client = pool?.clientFor(url) ?? httpClient(proxy, request.caCertificates ?? []);
  const watch = watchSilence(request.longestSilence ?? LONGEST_SILENCE, request.signal);
  const started = performance.now();
  let isOpen = true;
  const close = (): void => {
    if (isOpen && pool === undefined) client.close();
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
    const { body, length } = request;
    const headers = headersOf(request);
    const response = await fetch(url, {
      method: request.method,
      headers,
      ...(body === undefined
        ? {}
        : { body: isFlowing(body) ? ofLength(length, watched(body, watch)) : body }),
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
      body: bytesOf(response, watch, failed, close),
      async [Symbol.asyncDispose]() {
        if (isOpen) await response.body?.cancel().catch(() => undefined); // it may be read already
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

function isFlowing(body: NonNullable<StreamRequest["body"]>): body is ReadableStream<
  Uint8Array<ArrayBuffer>
> {
  return body instanceof ReadableStream;
}

/** A stream as fetch takes one with its length: as a file that is read on its way. */
function ofLength(length: number | undefined, body: ReadableStream): ReadableStream | Blob {
  if (length === undefined) return body;
  const properties = { size: { value: length }, stream: { value: () => body } };
  return Object.defineProperties(new Blob(), properties);
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

/** A reader costs half of what the stream's own iterator costs. */
async function* bytesOf(
  response: Response,
  watch: SilenceWatch,
  failed: (error: unknown) => Promise<unknown>,
  close: () => void,
): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  try {
    for (let part; !(part = await reader?.read())?.done && part?.value;) {
      watch.rest(); // whoever reads may be slow, as a pager is
      yield part.value;
      watch.heard();
    }
  } catch (error) {
    throw await failed(error);
  } finally {
    await reader?.cancel().catch(() => undefined); // it may be over already
    close();
  }
}
