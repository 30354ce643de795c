// One HTTP request whose body and answer flow, however long they are. Rule: never redirected, never silently
// sent twice, bounded by silence instead of by size, and no secret in what is traced or thrown.

import type { StreamRequest, StreamResponse } from "../system.ts";
import { proxyFor } from "../proxies.ts";
import { maskUrl, portOf } from "./http.ts";
import { httpClient } from "./http_client.ts";
import { fetchFailure } from "./http_failure.ts";

/** How long nothing may move in either direction, in milliseconds: long exports take their time. */
const LONGEST_SILENCE = 120_000;

/** Sends the request; see {@link System.fetchStream}. */
export async function fetchStream(
  request: StreamRequest,
  trace: (text: string) => void,
): Promise<StreamResponse> {
  const url = new URL(request.url);
  const proxy = proxyFor(url, Deno.env.get);
  const client = httpClient(proxy, request.caCertificates ?? []);
  const timeout = request.longestSilence ?? LONGEST_SILENCE;
  const watch = watchSilence(timeout, request.signal);
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
    const translated = await fetchFailure(error, { url, proxy, timeout, signer });
    trace(`< failed after ${Math.round(performance.now() - started)} ms: ${translated.message}`);
    return translated;
  };
  const way = proxy === undefined ? "" : ` through the proxy ${proxy.address}`;
  trace(`> ${request.method} ${maskUrl(url)}${way}`);
  try {
    const { body } = request;
    const response = await fetch(url, {
      method: request.method,
      headers: [["user-agent", "anaplan-auth"], ...request.headers.map(pair)],
      ...(body === undefined ? {} : { body: isFlowing(body) ? watched(body, watch) : body }),
      redirect: "manual",
      signal: watch.signal,
      client,
    });
    const type = response.headers.get("content-type") ?? "no content type";
    trace(`< ${response.status} ${type}, ${Math.round(performance.now() - started)} ms`);
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

interface SilenceWatch extends Disposable {
  readonly signal: AbortSignal;
  /** Something moved. */
  heard(): void;
}

/** A signal that is aborted when nothing was heard for so long, or when `signal` is. */
function watchSilence(longest: number, signal: AbortSignal | undefined): SilenceWatch {
  const controller = new AbortController();
  const giveUp = (): void =>
    controller.abort(new DOMException("Nothing moved for too long", "TimeoutError"));
  const stop = (): void => controller.abort(signal?.reason);
  if (signal?.aborted) stop();
  signal?.addEventListener("abort", stop);
  let timer = setTimeout(giveUp, longest);
  return {
    signal: controller.signal,
    heard() {
      clearTimeout(timer);
      timer = setTimeout(giveUp, longest);
    },
    [Symbol.dispose]() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    },
  };
}

function pair([name, value]: readonly [string, string]): [string, string] {
  return [name, value];
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
  if (!decoded.has("content-encoding")) return decoded;
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
      watch.heard();
      yield chunk;
    }
  } catch (error) {
    throw await failed(error);
  }
}
