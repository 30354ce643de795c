// JSON as text, token by token. Rule: no value is made of it, so it takes no more memory than its length,
// and its numbers keep every digit.

import { succeeds } from "../base/attempts.ts";

/** How deep a text may be nested; RFC 8259, section 9, allows a limit. */
const DEEPEST = 10_000;
/** Deeper lines are indented like these, so that no short text becomes a long one. */
const DEEPEST_INDENT = 40;

/** A value without parts (RFC 8259, sections 3 and 6), and white space. */
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const SPACE = /[ \t\n\r]*/y;

export function isJson(text: string): boolean {
  return succeeds(() => {
    for (const _ of tokensIn(text));
  });
}

/** A JSON text on one line, in pieces. @throws {SyntaxError} at the first mistake in it. */
export function* onOneLine(text: string): Generator<string> {
  for (const { token } of tokensIn(text)) yield token;
}

/** A JSON text on indented lines, in pieces. @throws {SyntaxError} at the first mistake in it. */
export function* indentJson(text: string): Generator<string> {
  let depth = 0;
  let last = " ";
  for (const { token } of tokensIn(text)) {
    const isEnd = token === "]" || token === "}";
    if (isEnd) depth--;
    if (last === ":") yield " ";
    if ("[{,".includes(last) !== isEnd) yield `\n${"  ".repeat(Math.min(depth, DEEPEST_INDENT))}`;
    yield token;
    if (token === "[" || token === "{") depth++;
    last = token;
  }
}

/** A value in a list, or in an object under a name. */
export interface Part {
  readonly name: string | undefined;
  readonly text: string;
}

/** The values right in the list or the object of a JSON text. @throws {SyntaxError} as {@link indentJson}. */
export function* partsOf(text: string): Generator<Part> {
  let depth = 0;
  let start = 0;
  let name: string | undefined;
  for (const { token, at } of tokensIn(text)) {
    const isEnd = token === "]" || token === "}";
    if (depth === 1 && (isEnd || token === ",")) {
      const part = text.slice(start, at).trim();
      if (part !== "") yield { name, text: part }; // an empty list has none
    }
    if (depth === 1 && token === ":") name = JSON.parse(text.slice(start, at));
    if (isEnd) depth--;
    if (token === "[" || token === "{") depth++;
    if (depth === 1 && "[{,:".includes(token)) start = at + 1;
  }
}

/** What may come next in a text. */
type Wanted = "value" | "value/end" | "name" | "name/end" | "colon" | "comma/end";

/** The tokens of a JSON text, and where each is. @throws {SyntaxError} at the first mistake in it. */
function* tokensIn(text: string): Generator<{ readonly token: string; readonly at: number }> {
  const ends: string[] = []; // the brackets that are to come
  let wanted: Wanted = "value";
  for (let at = matchEnd(SPACE, text, 0); at < text.length; at = matchEnd(SPACE, text, at)) {
    const token = tokenAt(text, at);
    wanted = wantedAfter(token, wanted, ends);
    yield { token, at };
    at += token.length;
  }
  if (wanted !== "comma/end" || ends.length > 0) throw notJson();
}

function wantedAfter(token: string, wanted: Wanted, ends: string[]): Wanted {
  const end = ends.at(-1);
  if (token === end && wanted.endsWith("end")) {
    ends.pop();
    return "comma/end";
  }
  if (wanted === "comma/end" && token === "," && end !== undefined) {
    return end === "]" ? "value" : "name";
  }
  if (wanted === "colon" && token === ":") return "value";
  if (wanted.startsWith("name") && token.startsWith('"')) return "colon";
  if (wanted.startsWith("value")) {
    if (!"[]{},:".includes(token)) return "comma/end";
    if ((token === "[" || token === "{") && ends.length < DEEPEST) {
      ends.push(token === "[" ? "]" : "}");
      return token === "[" ? "value/end" : "name/end";
    }
  }
  throw notJson();
}

function tokenAt(text: string, at: number): string {
  const first = text.charAt(at);
  if ("[]{},:".includes(first)) return first;
  const token = text.slice(at, first === '"' ? stringEnd(text, at) : matchEnd(SCALAR, text, at));
  if (first === '"') JSON.parse(token); // its escapes must be right as well
  else if (token === "") throw notJson();
  return token;
}

/** Where the string ends that begins at `at`: behind a quote after an even number of backslashes. */
function stringEnd(text: string, at: number): number {
  for (let quote = text.indexOf('"', at + 1); quote > 0; quote = text.indexOf('"', quote + 1)) {
    let before = quote;
    while (text.charAt(before - 1) === "\\") before--;
    if ((quote - before) % 2 === 0) return quote + 1;
  }
  throw notJson();
}

/** Where the sticky pattern's match ends; `at` when there is none. */
function matchEnd(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

function notJson(): SyntaxError {
  return new SyntaxError("it is not JSON");
}
