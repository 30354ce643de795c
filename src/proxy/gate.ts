// Who may use the proxy. Rule: the path's secret is compared before anything else, in constant time; a web page never
// gets in, whatever it knows.

import { timingSafeEqual } from "@std/crypto/timing-safe-equal";
import { type RequestHead, valuesOf } from "./head.ts";

/** What a request that may pass asks for: a path and a query. A status for one that may not. */
export type GateResult = { readonly target: string } | {
  readonly status: 403 | 404;
  readonly reason: string;
};

const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i;

const SECRET_LENGTH = 22;
const ENCODER = new TextEncoder();
/** One for all: new memory would cost more than the rest. */
const GIVEN = new Uint8Array(SECRET_LENGTH);

/** A new secret of 128 bits, for a path. */
export function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** Judges a request. @param secret the first segment of the path; `undefined` behind a socket, whose file is closed. */
export function checkRequest(
  { target, headers }: RequestHead,
  secret: Uint8Array | undefined,
): GateResult {
  const value = (wanted: string): string | undefined => valuesOf(headers, wanted)[0];
  const path = secret === undefined ? target : afterSecret(target, secret);
  if (path === undefined) return { status: 404, reason: "this address is not complete" };
  if (secret !== undefined && !LOOPBACK.test(value("host") ?? "")) {
    return { status: 403, reason: "the Host header is not this computer" }; // DNS rebinding
  }
  const isPage = value("origin") !== undefined ||
    valuesOf(headers, "sec-fetch-site").some((site) => site !== "none");
  return isPage ? { status: 403, reason: "a web page may not use this proxy" } : { target: path };
}

function afterSecret(target: string, secret: Uint8Array): string | undefined {
  GIVEN.fill(0);
  ENCODER.encodeInto(target.slice(1, 1 + secret.length), GIVEN);
  const isRight = timingSafeEqual(GIVEN, secret);
  const path = target.slice(1 + secret.length);
  if (!isRight || !/^([/?]|$)/.test(path)) return undefined;
  return path.startsWith("/") ? path : `/${path}`;
}
