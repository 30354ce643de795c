// The head of an API's answer (RFC 9112, sections 4 to 6). Rule: an answer of which it is not clear where it ends, or
// that is not plain HTTP/1, is no answer.

import type { Framing } from "../system/framing.ts";
import { type Header, linesOf, parseFields, valuesOf } from "./head.ts";

/** What the head of an answer says. */
export interface AnswerHead {
  readonly status: number;
  readonly statusText: string;
  /** Names in lower case. */
  readonly headers: readonly Header[];
  readonly framing: Framing;
  /** What Content-Length says, also about a body that is left out. */
  readonly length: number | undefined;
  /** Whether the connection may carry another request. */
  readonly isKept: boolean;
}

/** An answer that this program does not read. */
export const UNREADABLE = new Error("the answer cannot be parsed");

const LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?$/;

/** Reads a head without its last, empty line. @throws {@link UNREADABLE} */
export function parseAnswerHead(text: string, method: string): AnswerHead {
  const [line, fields] = linesOf(text);
  const [, version, digits, statusText = ""] = LINE.exec(line) ?? [];
  const status = Number(digits);
  const headers = parseFields(fields);
  if (version === undefined || headers === undefined || status === 101) throw UNREADABLE;
  const lengths = valuesOf(headers, "content-length");
  const codings = valuesOf(headers, "transfer-encoding");
  const isUnclear = lengths.length + codings.length > 1 ||
    codings.some((coding) => coding.toLowerCase() !== "chunked" || version === "0") ||
    lengths.some((length) => !/^\d{1,15}$/.test(length));
  if (isUnclear) throw UNREADABLE; // RFC 9112, section 6.3
  const length = lengths[0] === undefined ? undefined : Number(lengths[0]);
  const isBare = method === "HEAD" || status < 200 || status === 204 || status === 304;
  const framing = isBare ? 0 : codings.length > 0 ? "chunked" : length ?? "until closed";
  // a server that sends a body even so would be heard in place of the next answer
  const isKept = version === "1" && !isBare && framing !== "until closed" &&
    !valuesOf(headers, "connection").some((value) => /close/i.test(value));
  return { status, statusText, headers, framing, length, isKept };
}
