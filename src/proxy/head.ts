// The head of a request (RFC 9112). Rule: what another server might understand in another way is refused: then both
// agree where a request ends and what it is for.

/** A header of a request or an answer. */
export type Header = readonly [name: string, value: string];

/** A request as its head says. */
export interface RequestHead {
  readonly method: string;
  /** Path and query as they came. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: readonly Header[];
  /** How long the body is, in bytes. */
  readonly length: number | "chunked";
  /** Whether the program wants to close the connection after the answer. */
  readonly closes: boolean;
  /** Whether the program waits for a word before it sends the body (RFC 9110, section 10.1.1). */
  readonly expectsContinue: boolean;
}

/** Why a request is not valid, and the status that says so. */
export interface Malformed {
  readonly status: 400 | 405 | 417 | 431 | 501 | 505;
  readonly reason: string;
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const LINE = new RegExp(`^(${TOKEN}) ([!-~]+) HTTP/(\\d\\.\\d)$`);
/** No space before the colon, no folded line, no control character (RFC 9112, section 5). */
const FIELDS = new RegExp(`^(${TOKEN}:[\\t\\x20-\\x7e\\x80-\\xff]*\\r\\n)*$`);

/** The values of a header. */
export function valuesOf(headers: readonly Header[], wanted: string): string[] {
  const values: string[] = [];
  for (const [name, value] of headers) if (name === wanted) values.push(value);
  return values;
}

/** Reads a head without its last, empty line. */
export function parseHead(text: string): RequestHead | Malformed {
  const [line, fields] = linesOf(text);
  const [, method = "", target = "", version] = LINE.exec(line) ?? [];
  const problem = lineProblem(method, target, version);
  if (problem !== undefined) return problem;
  const headers = parseFields(fields);
  if (headers === undefined) return malformed(400, "a header is damaged");
  return withBody(method, target, headers);
}

/** The first line of a head, and the others, each with its end. */
export function linesOf(head: string): readonly [line: string, fields: string] {
  const text = `${head}\r\n`;
  const end = text.indexOf("\r\n");
  return [text.slice(0, end), text.slice(end + 2)];
}

/** The headers in the lines of a head; `undefined` when one is damaged. */
export function parseFields(fields: string): Header[] | undefined {
  if (!FIELDS.test(fields)) return undefined;
  const headers: Header[] = [];
  for (let at = 0; at < fields.length;) {
    const colon = fields.indexOf(":", at);
    const end = fields.indexOf("\r\n", colon);
    headers.push([fields.slice(at, colon).toLowerCase(), withoutBlanks(fields, colon + 1, end)]);
    at = end + 2;
  }
  return headers;
}

/** A part of a text without spaces and tabs around it, and nothing else that `trim` takes away. */
function withoutBlanks(text: string, start: number, end: number): string {
  const isBlank = (at: number): boolean => text[at] === " " || text[at] === "\t";
  while (start < end && isBlank(start)) start++;
  while (start < end && isBlank(end - 1)) end--;
  return text.slice(start, end);
}

function lineProblem(method: string, target: string, version?: string): Malformed | undefined {
  if (version === undefined) return malformed(400, "it is not an HTTP request");
  if (version !== "1.1") return malformed(505, "this proxy speaks only HTTP/1.1");
  if (["CONNECT", "TRACE", "TRACK"].includes(method)) {
    return malformed(405, `${method} is not passed on`);
  }
  if (!/^[A-Z]+$/.test(method)) return malformed(400, "the method is not in capital letters");
  if (!target.startsWith("/")) return malformed(400, "the target is not a path");
  if (target.includes("\\") || target.includes("#")) {
    return malformed(400, "the target has a character that no URL has");
  }
}

function withBody(
  method: string,
  target: string,
  headers: readonly Header[],
): RequestHead | Malformed {
  const all = (wanted: string): string[] => valuesOf(headers, wanted);
  const lengths = all("content-length");
  const codings = all("transfer-encoding");
  const expectations = all("expect");
  if (all("host").length !== 1) return malformed(400, "it needs one Host header");
  if (all("upgrade").length > 0) {
    return malformed(400, "this proxy cannot switch to another protocol");
  }
  if (expectations.some((value) => value.toLowerCase() !== "100-continue")) {
    return malformed(417, "Expect");
  }
  if (codings.some((value) => value.toLowerCase() !== "chunked")) {
    return malformed(501, "Transfer-Encoding");
  }
  if (lengths.length + codings.length > 1 || lengths.some((value) => !/^\d{1,15}$/.test(value))) {
    return malformed(400, "the length of the body is not clear"); // RFC 9112, section 6.3
  }
  const length = codings.length > 0 ? "chunked" : Number(lengths[0] ?? 0);
  if (length !== 0 && ["GET", "HEAD"].includes(method)) {
    return malformed(400, `${method} with a body is not passed on`);
  }
  return {
    method,
    target,
    headers,
    length,
    closes: all("connection").some((value) => /close/i.test(value)),
    expectsContinue: expectations.length > 0,
  };
}

function malformed(status: Malformed["status"], reason: string): Malformed {
  return { status, reason };
}
