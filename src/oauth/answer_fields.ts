// Finds the fields of an OAuth answer, however the server wrapped them. Rule: a field counts only when all of it came,
// and a web page has none.

import { ifPossible } from "../base/errors.ts";
import { asObject, type Fields } from "../base/json.ts";

/** A name and its text or number; a number at the very end may go on. A name in a text has a backslash before it. */
const PAIR =
  /(["'])(\w+)\1\s*:\s*(?:"([^"\\]*(?:\\.[^"\\]*)*)"|'([^'\\]*(?:\\.[^'\\]*)*)'|(-?\d[\d.e+-]*)(?=[\s,}\]]))/gis;

/** What is known of an answer besides its text. */
interface AnswerContext {
  /** Whether it broke off, so that its last value may have more to it. */
  readonly isCut?: boolean;
  /** The secrets of the request, which an answer may repeat: a new one counts before them. */
  readonly sent?: readonly string[];
}

/**
 * The fields of an answer: of its JSON object, when that is whole and has what is wanted of it; else every text and
 * number with a name in it, wherever it is in whatever is around it; also those of a form (RFC 6749, appendix B), as
 * some servers send it. `undefined` when there are none.
 */
export function answerFields(text: string, context: AnswerContext = {}): Fields | undefined {
  if (isPage(text)) return answerBehindNotices(text); // scripts in it are no answer to us
  const value = jsonIn(text);
  if (typeof value === "string") return answerFields(value, context);
  const whole = asObject(value);
  if (whole !== undefined && isFilled(whole.refresh_token)) return whole;
  const pairs = allPairsIn(text, context);
  if (whole === undefined) {
    const fields = { ...formFields(text, context.isCut), ...pairs };
    return Object.keys(fields).length > 0 ? fields : undefined;
  }
  // an error may repeat the refresh token that was sent
  const isGrant = isFilled(pairs.refresh_token) && (isFilled(pairs.access_token) || !whole.error);
  return isGrant ? { ...whole, ...pairs } : whole;
}

/** The answer behind notices in HTML, which PHP puts before what a program prints; a page ends with a tag. */
function answerBehindNotices(text: string): Fields | undefined {
  const end = text.slice(text.lastIndexOf(">"));
  const fields = asObject(jsonIn(end.slice(1)));
  return fields !== undefined && hasToken(fields) ? fields : undefined;
}

/** The pairs of a text; when none is a refresh token, with those of an answer that is a text in it, as gateways send it. */
function allPairsIn(text: string, context: AnswerContext): Fields {
  const pairs = pairsIn(text, context.sent ?? []);
  if (isFilled(pairs.refresh_token)) return pairs;
  for (const value of Object.values(pairs)) {
    if (typeof value !== "string" || !/^\s*[["{]/.test(value)) continue;
    const inside = answerFields(value, context);
    if (isFilled(inside?.refresh_token)) return { ...pairs, ...inside };
  }
  return pairs;
}

/** What a text is that is JSON, as nearly every answer is. */
function jsonIn(text: string): unknown {
  return ifPossible(() => JSON.parse(text));
}

/** Whether a text is a web page, as a proxy sends it. */
export function isPage(text: string): boolean {
  return /^\s*</.test(text);
}

/** Whether an answer brings a token (RFC 6749, section 5.1). */
export function hasToken(fields: Fields): boolean {
  return isFilled(fields.access_token) || isFilled(fields.refresh_token);
}

function isFilled(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

/** The texts and numbers in a text that have a name; of those with the same name the first new one. */
function pairsIn(text: string, sent: readonly string[]): Fields {
  const pairs = new Map<string, string | number>();
  const isOld = (value: unknown): boolean => typeof value === "string" && sent.includes(value);
  const readable = text.replaceAll("\0", ""); // UTF-16 has one at each letter
  for (const [, , written = "", double, single, number] of readable.matchAll(PAIR)) {
    const name = written.replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();
    const value = number === undefined ? unescaped(double ?? single ?? "") : Number(number);
    const known = pairs.get(name);
    const isBetter = known === undefined || isOld(known) && !isOld(value);
    if (value !== "" && isBetter) pairs.set(name, value);
  }
  return Object.fromEntries(pairs);
}

/** The text that an inside of quotes means (RFC 8259, section 7). */
function unescaped(inside: string): string {
  const value = inside.includes("\\") ? jsonIn(`"${inside}"`) : inside;
  return typeof value === "string" ? value : inside;
}

function formFields(text: string, isCut = false): Fields | undefined {
  if (!/^\s*\w+=/.test(text)) return undefined;
  const parameters = text.trim().split(/[&\r\n]+/);
  if (isCut) parameters.pop();
  return Object.fromEntries(new URLSearchParams(parameters.join("&")));
}
