// One HTTP request whose body and answer flow, however long they are. Rule: never redirected, never silently
// sent twice, bounded by silence instead of by size, and no secret in what is traced or thrown.

import { maskUrl, typeOf } from "../base/masking.ts";
import type { ShowWait, SilenceWatch, StreamRequest, StreamResponse, Trace } from "./contract.ts";
import { type Proxy, proxyFor } from "./proxies.ts";
import { httpClient, USER_AGENT } from "./http_client.ts";
import { watchSilence } from "./silence.ts";
import { isAnswerSeen } from "./surroundings.ts";
import { showWait } from "./long_wait.ts";

/** How long nothing may move in either direction, in milliseconds: long exports take their time. */
const LONGEST_SILENCE = 120_000;
/** How much is read at once, in bytes: of a short answer no more than it has. */
const AT_ONCE = 65_536;
const LEAST = 4_096;
/** Of an answer from so many bytes on, pieces of 16 KiB are gathered: to hand on each would take longer. */
const LONG = 1024 * 1024;
const GATHERED_BYTES = 49_152;
/** What fetch unpacks by itself; another encoding stays as it came. */
const DECODED_ENCODINGS = ["gzip", "br"];

/** As {@link fetchStream}; says what it waits for, unless the asker does. */
export async function streamPatiently(
  request: StreamRequest,
  trace: Trace,
  show: ShowWait,
): Promise<StreamResponse> {
  if (request.isTraced === false) return await fetchStream(request, trace);
  const limit = request.longestSilence ?? LONGEST_SILENCE;
  const wait = (): Disposable => showWait(new URL(request.url).host, limit, show, request.signal);
  using _wait = wait();
  const response = await fetchStream(request, trace);
  // where the answer is on the same screen, a line would be drawn into it
  return isAnswerSeen() ? response : { ...response, body: readPatiently(response.body, wait) };
}

/** The pieces; says what is waited for between them. */
async function* readPatiently(
  body: AsyncIterable<Uint8Array>,
  wait: () => Disposable,
): AsyncGenerator<Uint8Array> {
  let waited = wait();
  try {
    for await (const piece of body) {
      waited[Symbol.dispose]();
      yield piece;
      waited = wait();
    }
  } finally {
    waited[Symbol.dispose]();
  }
}

/** Sends the request; see {@link System.fetchStream}. */
export async function fetchStream(request: StreamRequest, traced: Trace): Promise<StreamResponse> {
  const trace = request.isTraced === false ? (): void => {} : traced;
  const url = new URL(request.url);
  const proxy = proxyFor(url, Deno.env.get);
  const { client, watch, opened } = connectionOf(request, url, proxy);
  const started = performance.now();
  const elapsed = (): number => Math.round(performance.now() - started);
  const failed = async (error: unknown): Promise<unknown> => {
    if (request.signal?.aborted) return request.signal.reason;
    const { fetchFailure } = await import("./http_failure.ts");
    const translated = await fetchFailure(error, { url, proxy });
    trace(() => `< no answer after ${elapsed()} ms: ${translated.message}`);
    return translated;
  };
  const way = proxy === undefined ? "" : ` through the proxy ${proxy.address}`;
  trace(() => `> ${request.method} ${maskUrl(url)}${way}`);
  try {
    const headers = headersOf(request);
    const response = await fetch(url, {
      method: request.method,
      headers,
      ...bodyOf(request, watch),
      redirect: "manual",
      signal: watch.signal,
      client,
    });
    trace(() => {
      const type = typeOf(response, { headers: Object.fromEntries(headers) });
      return `< ${response.status} ${type}, ${elapsed()} ms`;
    });
    return {
      status: response.status,
      statusText: response.statusText,
      headers: decodedHeaders(response.headers),
      body: bytesOf(response, watch, failed, opened),
      async [Symbol.asyncDispose]() {
        if (!opened.disposed) await response.body?.cancel().catch(() => undefined); // it may be read already
        opened.dispose();
      },
    };
  } catch (error) {
    opened.dispose();
    throw await failed(error);
  }
}

/** What carries a request, and who watches it. */
function connectionOf(
  { pool, caCertificates = [], longestSilence, signal }: StreamRequest,
  url: URL,
  proxy: Proxy | undefined,
) {
  const opened = new DisposableStack();
  const client = pool?.clientFor(url) ?? opened.use(httpClient(proxy, caCertificates));
  const watch = opened.use(watchSilence(longestSilence ?? LONGEST_SILENCE, { signal }));
  return { client, watch, opened };
}

/** The user's own `User-Agent` replaces ours. */
function headersOf({ headers }: StreamRequest): [string, string][] {
  const all = headers.map(([name, value]): [string, string] => [name, value]);
  const isNamed = all.some(([name]) => name.toLowerCase() === "user-agent");
  return isNamed ? all : [...all, ["user-agent", USER_AGENT]];
}

function bodyOf({ body, length }: StreamRequest, watch: SilenceWatch): RequestInit {
  if (body === undefined) return {};
  const isFlowing = body instanceof ReadableStream;
  return { body: isFlowing ? ofLength(length, watchBody(body, watch)) : body };
}

/** A stream as fetch takes one with its length: as a file that is read on its way. */
function ofLength(length: number | undefined, body: ReadableStream): ReadableStream | Blob {
  if (length === undefined) return body;
  const properties = { size: { value: length }, stream: { value: () => body } };
  return Object.defineProperties(new Blob(), properties);
}

function watchBody(body: ReadableStream<Uint8Array>, watch: SilenceWatch): ReadableStream {
  return body.pipeThrough(
    new TransformStream({
      transform(chunk, controller) {
        watch.heard();
        controller.enqueue(chunk);
      },
    }),
  );
}

/** The body is unpacked on its way; what the headers say about the packed one would be wrong. */
function decodedHeaders(headers: Headers): Headers {
  if (!DECODED_ENCODINGS.includes(headers.get("content-encoding")?.toLowerCase() ?? "")) {
    return headers;
  }
  const decoded = new Headers(headers);
  decoded.delete("content-encoding");
  decoded.delete("content-length");
  return decoded;
}

/**
 * The pieces, all in the same memory: fetch makes 64 KiB of it for each piece otherwise, which costs half of the time
 * and most of the memory of a long answer.
 */
async function* bytesOf(
  response: Response,
  watch: SilenceWatch,
  failed: (error: unknown) => Promise<unknown>,
  opened: DisposableStack,
): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader({ mode: "byob" });
  const length = Number(response.headers.get("content-length") ?? AT_ONCE); // of the packed body, when it is packed
  let memory = new ArrayBuffer(Math.min(Math.max(length || 0, LEAST), AT_ONCE));
  const min = length >= LONG ? GATHERED_BYTES : 1;
  try {
    while (reader !== undefined) {
      const { value, done } = await reader.read(new Uint8Array(memory), { min });
      if (value === undefined || (done && value.length === 0)) break;
      watch.rest(); // the reader may be slow, as a pager is
      yield value;
      watch.heard();
      memory = value.buffer;
    }
  } catch (error) {
    throw await failed(error);
  } finally {
    await reader?.cancel().catch(() => undefined); // it may be over already
    opened.dispose();
  }
}
