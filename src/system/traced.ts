// What a trace says of a request. Rule: no secret, neither one that was sent nor one that a server repeats.

import { maskedParameters, masker, secretsIn } from "../base/masking.ts";

/** In milliseconds. */
export function since(started: number): number {
  return Math.round(performance.now() - started);
}

/** The URL without what its query holds, for a trace. */
export function maskUrl(url: URL): string {
  const query = url.search === "" ? "" : `?${maskedParameters(url.searchParams).join("&")}`;
  return `${url.origin}${url.pathname}${query}`;
}

/** The content type for a trace; a server may repeat in it what it was sent. */
export function typeOf(
  { headers }: Pick<Response, "headers">,
  sent: Parameters<typeof secretsIn>[0],
): string {
  return masker(secretsIn(sent))(headers.get("content-type") ?? "no content type");
}
