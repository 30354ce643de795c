// What differs from run to run, named: `<PORT>`, `<STATE>`, `<TIME>`.
// Rule: a value that is known is replaced by itself, so that its name also says that it was the right one;
// a pattern is used only for what the test cannot know.
import { VERSION } from "./version.ts";

/** The values of one case that its texts may hold. */
export interface KnownValues {
  /** By the name of the placeholder; longer values first where one holds another. */
  readonly [name: string]: string | undefined;
}

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/(?<=^Version <VERSION>, ).+/gm, "<BUILD>"],
  [/\bstate=(<PORT>\.)[\w-]{43}\b/g, "state=$1<state>"],
  [/\b(state|nonce|code_challenge)=[\w-]{43}\b/g, "$1=<$1>"],
  [/(SHA-256 )[0-9A-F]{4}…[0-9A-F]{4}/g, "$1<FINGERPRINT>"],
  [/\b(?:[0-9A-F]{2}:){15}[0-9A-F]{2}\b|\b[0-9A-F]{64}\b/g, "<FINGERPRINT>"],
  [/\b[B-Z]{4}-[B-Z]{4}\b/g, "<USER_CODE>"], // of 20 consonants (RFC 8628, section 6.1)
  [/(?<=Clock {9}|"Clock","mark":"ok","seen":")\d+ s (?:ahead of|behind)/g, "<SKEW>"],
  [/\b\d+(?= days (?:ahead of|behind))/g, "<N>"],
  [/(?<=^Waiting up to )\d+ s(?=\.$)/gm, "<TIME_LEFT>"],
  [/(?<=, refreshed )\d+ s(?= ago)/g, "<AGE>"],
  [/ and \[::1\]:<PORT>(?= is free)/g, ""], // not every machine has IPv6
  [/(?<=is (?:good|valid) for )\d+ (?:s|min)(?= more)/g, "<DURATION>"],
  [/(?<=by |_by":")[^",\s]+, process \d+/g, "<PROCESS>"],
  [/PostgreSQL \d+(?:\.\d+)?(?: \([^)]*\))?/g, "<POSTGRESQL>"],
  [/\b\d+ bytes, \d+ ms$/gm, "<N> bytes, <N> ms"],
  [/(?<=^< \d{3} .*, )\d+ ms$/gm, "<N> ms"],
  [/\b20[2-9]\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, "<ISO_TIME>"],
  [/(?:\b20[2-9]\d-\d\d-\d\d )?(?<![\d:.-])(?<!2017-09-07 )\d\d:\d\d(?![\d:])/g, "<TIME>"],
];

/** The text with a name for everything that differs from run to run. */
export function withPlaceholders(text: string, known: KnownValues): string {
  let named = text.replaceAll(VERSION, "<VERSION>");
  for (const [name, value] of Object.entries(known)) {
    if (value !== undefined) named = named.replaceAll(value, `<${name}>`);
  }
  for (const [pattern, name] of PATTERNS) named = named.replace(pattern, name);
  return named.replace(/<(state|nonce|code_challenge)>/g, (name) => name.toUpperCase());
}
