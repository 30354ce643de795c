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
const FIELD = new RegExp(`^(${TOKEN}):[ \\t]*([\\t\\x20-\\x7e\\x80-\\xff]*?)[ \\t]*$`);

/** Reads a head without its last, empty line. */
export function parseHead(text: string): RequestHead | Malformed {
  const [line = "", ...fields] = text.split("\r\n");
  const [, method = "", target = "", version] = LINE.exec(line) ?? [];
  const problem = lineProblem(method, target, version);
  if (problem !== undefined) return problem;
  const headers: Header[] = [];
  for (const field of fields) {
    const [, name, value = ""] = FIELD.exec(field) ?? [];
    if (name === undefined) return malformed(400, "a header is damaged");
    headers.push([name.toLowerCase(), value]);
  }
  return withBody(method, target, headers);
}

function lineProblem(method: string, target: string, version?: string): Malformed | undefined {
  if (version === undefined) return malformed(400, "it is not an HTTP request");
  if (version !== "1.1") return malformed(505, "this proxy speaks only HTTP/1.1");
  if (["CONNECT", "TRACE", "TRACK"].includes(method)) {
    return malformed(405, `${method} is not passed on`);
  }
  if (!/^[A-Z]+$/.test(method)) return malformed(400, "the method is not in capital letters");
  if (!target.startsWith("/")) return malformed(400, "the target is not a path");
  if (/[\\#]/.test(target)) return malformed(400, "the target has a character that no URL has");
}

function withBody(
  method: string,
  target: string,
  headers: readonly Header[],
): RequestHead | Malformed {
  const all = (wanted: string): string[] =>
    headers.filter(([name]) => name === wanted).map(([, value]) => value.toLowerCase());
  const [lengths, codings, expectations] = [
    all("content-length"),
    all("transfer-encoding"),
    all("expect"),
  ];
  if (all("host").length !== 1) return malformed(400, "it needs one Host header");
  if (all("upgrade").length > 0) {
    return malformed(400, "this proxy cannot switch to another protocol");
  }
  if (expectations.some((value) => value !== "100-continue")) return malformed(417, "Expect");
  if (codings.some((value) => value !== "chunked")) return malformed(501, "Transfer-Encoding");
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
    closes: all("connection").join().includes("close"),
    expectsContinue: expectations.length > 0,
  };
}

function malformed(status: Malformed["status"], reason: string): Malformed {
  return { status, reason };
}
