// The headers that pass. Rule: what is about one connection stays on it (RFC 9110, section 7.6.1), the token's header
// is set here alone, and nothing gives a path or a method another meaning.

import { CONNECTION_HEADERS } from "../provider/api_headers.ts";
import { containsToken } from "../provider/belonging.ts";
import type { TokenSet } from "../oauth/token_set.ts";
import { USER_AGENT } from "../system/http_client.ts";
import { type Header, valuesOf } from "./head.ts";

/** What some servers believe more than the request line, or tell a client's address by. */
const REWRITING = new RegExp(
  `^(${
    [
      "forwarded|x-forwarded-.*|x-original-.*|x-rewrite-.*|x-envoy-.*|x-proxy-.*|x-accel-.*|x-override-.*",
      ".*method-override|(x-)?http-.*|x-method|x-host|x-real-ip|x-client-ip|x-(request-)?(uri|url|path)",
      "base-url|request-uri|destination",
    ].join("|")
  })$`,
);

/** Servers that hand headers on as variables (RFC 3875, section 4.1.18) read `_` as `-`. */
function isRewriting(name: string): boolean {
  return name.includes("_") || REWRITING.test(name);
}

/** What was for this connection, and what is set anew. */
const SET_HERE = new Set([...CONNECTION_HEADERS, "accept-encoding", "expect"]);
const OF_CONNECTION = new Set(CONNECTION_HEADERS);

/** The headers that go to the API, the token's not among them. */
export function requestHeaders(headers: readonly Header[]): Header[] {
  const named = namedByConnection(headers);
  const passed = headers.filter(([name]) =>
    !SET_HERE.has(name) && !named.has(name) && !isRewriting(name)
  );
  const isPart = valuesOf(headers, "range").length > 0; // bytes are counted in what is not packed
  passed.push(["accept-encoding", isPart ? "identity" : "gzip"]);
  if (valuesOf(headers, "user-agent").length === 0) passed.push(["user-agent", USER_AGENT]);
  return passed;
}

/** The headers of an answer that go to the program. */
export function answerHeaders(headers: readonly Header[], login: TokenSet): Header[] {
  const named = namedByConnection(headers);
  return headers.filter(([name, value]) =>
    !OF_CONNECTION.has(name) && !named.has(name) &&
    !name.startsWith("access-control-") && !containsToken(login, name) &&
    !containsToken(login, value)
  );
}

const NONE: ReadonlySet<string> = new Set();

/** A set, since both lists may be as long as a head. */
function namedByConnection(headers: readonly Header[]): ReadonlySet<string> {
  const values = valuesOf(headers, "connection");
  return values.length === 0 ? NONE : new Set(values.join().toLowerCase().split(/[\s,]+/));
}
