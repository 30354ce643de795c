// Requests that say on a terminal what they wait for. Rule: nothing is sent or read here.

import type { HttpRequest, StreamRequest, StreamResponse, Trace } from "./contract.ts";
import { fetchWhole, longestWait } from "./http.ts";
import { fetchStream, longestSilence } from "./http_stream.ts";
import { type ShowWait, waiting } from "./waiting.ts";

/** As {@link fetchWhole}; the whole answer is waited for. */
export async function fetchPatiently(
  request: HttpRequest,
  trace: Trace,
  show: ShowWait,
): Promise<Response> {
  using _wait = waiting(new URL(request.url).host, longestWait(request), show);
  return await fetchWhole(request, trace);
}

/** As {@link fetchStream}; the answer's beginning is waited for. */
export async function streamPatiently(
  request: StreamRequest,
  trace: Trace,
  show: ShowWait,
): Promise<StreamResponse> {
  using _wait = waiting(new URL(request.url).host, longestSilence(request), show);
  return await fetchStream(request, trace);
}
