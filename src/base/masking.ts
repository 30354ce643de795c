// Makes the words of others fit to be shown: what a request carries is masked, what a server says is quoted. Rule: pure;
// a parameter is a secret unless it is known to be none.

import { ifPossible } from "./errors.ts";
import type { Fields } from "./json.ts";
import { flattenText } from "./words.ts";

/** {@link flattenText} of a server's text or of a URL, at most 300 characters. */
export function printable(text: string): string {
  return flattenText(text).slice(0, 300);
}

/**
 * What a server said, between marks that no sentence of ours has and that it cannot close. A terminal that
 * breaks it makes no line of ours of it: it has single blanks, and no label such as `Next:`.
 */
export function quoteWords(words: string): string {
  const plain = printable(words.replace(BLANKS, " ")).replace(BLANKS, " ");
  return `“${plain.replace(/[“”]/g, '"').replace(LABELS, "$1…")}”`;
}

const BLANKS = /[\s\u2800]+/g;
const LABELS = /(next|warning)\s*[:：∶ː꞉﹕︓]/gi;

const MASK = "[secret]";

const OPEN_PARAMETERS = new Set([
  "grant_type",
  "client_id",
  "redirect_uri",
  "scope",
  "response_type",
  "token_type_hint",
]);

/** Shorter ones are words, and to take them out of others would leave nothing to read. */
const SHORTEST = 4;

/** Each parameter as `name=value`, with `[secret]` for every value that may be one. */
export function maskParameters(parameters: URLSearchParams): string[] {
  return Array.from(
    parameters,
    ([name, value]) => `${name}=${OPEN_PARAMETERS.has(name) ? value : MASK}`,
  );
}

/** The URL without what its query holds, for a trace. */
export function maskUrl(url: URL): string {
  const query = url.search === "" ? "" : `?${maskParameters(url.searchParams).join("&")}`;
  return `${url.origin}${url.pathname}${query}`;
}

/** The content type for a trace; a server may repeat in it what it was sent. */
export function typeOf(
  { headers }: Pick<Response, "headers">,
  sent: Parameters<typeof secretsIn>[0],
): string {
  return masker(secretsIn(sent))(headers.get("content-type") ?? "no content type");
}

/** The secrets in a request: the values in its form, and its credentials, encoded and decoded. */
export function secretsIn(
  { headers = {}, body = "" }: {
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  },
): string[] {
  const inForm = Array.from(new URLSearchParams(body))
    .filter(([name]) => !OPEN_PARAMETERS.has(name))
    .map(([, value]) => value);
  const [scheme = "", credentials] = headers.authorization?.split(/ (.*)/s) ?? [];
  if (credentials === undefined) return inForm;
  return [...inForm, credentials, ...(/^basic$/i.test(scheme) ? basicSecrets(credentials) : [])];
}

/** The client secret in credentials (RFC 7617, section 2), form-encoded as RFC 6749, section 2.3.1, has it. */
function basicSecrets(credentials: string): string[] {
  const secret = ifPossible(() => atob(credentials).replace(/^[^:]*:/, ""));
  return secret === undefined ? [] : [secret, new URLSearchParams(`=${secret}`).get("") ?? ""];
}

/**
 * What makes a server's words fit to be shown: it takes out what a terminal does not show, and then puts
 * `[secret]` wherever the rest repeats one of these secrets, raw or percent-encoded. Servers are known to
 * quote in an error what they were sent.
 */
function masker(secrets: readonly string[]): (words: string) => string {
  const masked = secrets.map(flattenText).filter((secret) => secret.length >= SHORTEST);
  const shortest = Math.min(...masked.map((secret) => secret.length));
  let longestFirst: string[] | undefined;
  return (words) => {
    const clean = flattenText(words);
    if (clean.length < shortest) return clean; // no form of a secret is shorter than the secret
    longestFirst ??= [...new Set(masked.flatMap(formsOf))]
      .sort((one, other) => other.length - one.length);
    // one by one: a pattern of them all may be longer than a pattern can be
    return longestFirst.reduce((rest, form) => rest.replaceAll(form, MASK), clean);
  };
}

/**
 * The JSON in a text, with its strings as {@link masker} leaves them.
 *
 * @throws {SyntaxError} when the text is not JSON, {RangeError} when it is nested beyond measure.
 */
export function parseJsonWithout(secrets: readonly string[], text: string): unknown {
  const mask = masker(secrets);
  return JSON.parse(text, (_name, value) => typeof value === "string" ? mask(value) : value);
}

/** What an endpoint gives for the wire, and not for the eye (RFC 6749, section 5.1; RFC 8628, section 3.2). */
const ISSUED = ["access_token", "refresh_token", "id_token", "device_code"];

/**
 * The fields of an endpoint's answer: what it issued as it is, and every other text without these secrets
 * and without those issued. Only strings, numbers and lists of strings mean anything there.
 */
export function maskFields(secrets: readonly string[], fields: Fields): Fields {
  const isText = (value: unknown): value is string => typeof value === "string";
  const issued = ISSUED.map((name) => fields[name]).filter(isText);
  const mask = masker([...secrets, ...issued]);
  const entries = Object.entries(fields).flatMap(([name, value]) => {
    if (Array.isArray(value)) return [[name, value.filter(isText).map(mask)]];
    if (typeof value === "object") return [];
    if (value === Infinity) return [[name, Number.MAX_VALUE]]; // 1e999, which is written in no JSON
    return [[name, isText(value) && !ISSUED.includes(name) ? mask(value) : value]];
  });
  return Object.fromEntries(entries);
}

function formsOf(secret: string): string[] {
  const whole = secret.toWellFormed(); // else it cannot be encoded
  const escaped = [JSON.stringify(whole).slice(1, -1), inHtml(whole), ...inBase64(whole)];
  const encoded = [encodeURIComponent(whole), `${new URLSearchParams({ "": secret })}`.slice(1)];
  const lowerCase = encoded.map((text) =>
    text.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase())
  );
  return [secret, ...escaped, ...encoded, ...lowerCase];
}

function inHtml(text: string): string {
  const names: Readonly<Record<string, string>> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot" };
  return text.replace(/[&<>"]/g, (character) => `&${names[character]};`);
}

/** Without padding, since what is behind it hides nothing; the second one as in URLs (RFC 4648, section 5). */
function inBase64(text: string): string[] {
  const bytes = new TextEncoder().encode(text);
  const standard = bytes.toBase64({ omitPadding: true });
  return [standard, bytes.toBase64({ alphabet: "base64url", omitPadding: true })];
}
