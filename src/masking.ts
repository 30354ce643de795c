// Keeps what a request carries out of traces, and out of the words that a server answers with. Rule: pure;
// a parameter is a secret unless it is known to be none.

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
export function maskedParameters(parameters: URLSearchParams): string[] {
  return Array.from(
    parameters,
    ([name, value]) => `${name}=${OPEN_PARAMETERS.has(name) ? value : MASK}`,
  );
}

/** The secrets in a request: the values in its form, and its credentials. */
export function secretsIn(
  { headers = {}, body = "" }: {
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  },
): string[] {
  const inForm = Array.from(new URLSearchParams(body))
    .filter(([name]) => !OPEN_PARAMETERS.has(name))
    .map(([, value]) => value);
  const credentials = headers.authorization?.replace(/^\S+ /, "");
  return credentials === undefined ? inForm : [...inForm, credentials];
}

/**
 * The JSON in a text, with `[secret]` wherever a string in it repeats one of these secrets, raw or
 * percent-encoded: servers are known to quote in an error what they were sent.
 *
 * @throws {SyntaxError} when the text is not JSON.
 */
export function parsedWithout(secrets: readonly string[], text: string): unknown {
  const forms = secrets.filter((secret) => secret.length >= SHORTEST).flatMap(formsOf);
  if (forms.length === 0) return JSON.parse(text);
  const longestFirst = [...new Set(forms)].sort((one, other) => other.length - one.length);
  const pattern = new RegExp(longestFirst.map(escaped).join("|"), "g");
  return JSON.parse(
    text,
    (_name, value) => typeof value === "string" ? value.replace(pattern, MASK) : value,
  );
}

function formsOf(secret: string): string[] {
  const encoded = [encodeURIComponent(secret), `${new URLSearchParams({ "": secret })}`.slice(1)];
  const lowerCase = encoded.map((text) =>
    text.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase())
  );
  return [secret, ...encoded, ...lowerCase];
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
