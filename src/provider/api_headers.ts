// The headers of a call. Rule: the user never sets the token's own header.

import { CliError } from "../base/errors.ts";
import { printable } from "../base/masking.ts";

type Header = readonly [name: string, value: string];

/** What is about one connection and its message, and not about what is asked (RFC 9110, section 7.6.1). */
export const CONNECTION_HEADERS: readonly string[] = [
  "authorization",
  "connection",
  "content-length",
  "host",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** What this program decides. */
const NOT_YOURS = ["accept-encoding", ...CONNECTION_HEADERS];

/**
 * The headers in texts such as `Accept: text/csv`; a body is JSON unless they say otherwise.
 *
 * @throws {CliError} `usage` for a text that is no header, or one that must not be given.
 */
export function callHeaders(texts: readonly string[], hasBody: boolean): readonly Header[] {
  const given = texts.map(headerIn);
  const saysType = given.some(([name]) => name.toLowerCase() === "content-type");
  return hasBody && !saysType ? [["content-type", "application/json"], ...given] : given;
}

function headerIn(text: string): Header {
  // RFC 9110, section 5.5: no control characters in a value
  const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/.exec(text) ??
    [];
  if (name === undefined || value === undefined) {
    const [start = ""] = text.split(/[:\s]/, 1); // what follows may be secret
    throw new CliError("usage", `Cannot use --header "${printable(start)}…": it is not a header`, {
      next: `give it as "Name: value", such as -H "Accept: text/csv"`,
    });
  }
  if (NOT_YOURS.includes(name.toLowerCase())) {
    throw new CliError("usage", `Cannot use --header ${name}: this program sets it by itself`, {
      next: "leave it out; --scheme chooses how the token is sent",
    });
  }
  return [name, value.trim()];
}
