// Odd values of the fields that describe the tokens: token_type, scope, expires_in, and others.
import { odd, type OddAnswer } from "./odd_answer.ts";

const TYPES: readonly (readonly [name: string, value: unknown])[] = [
  ["missing", undefined],
  ["empty", ""],
  ["strange", "frobnicator"],
  ["lower case", "bearer"],
  ["upper case", "BEARER"],
  ["Anaplan's own", "AnaplanAuthToken"],
  ["a number", 7],
  ["null", null],
];

const SCOPES: readonly (readonly [name: string, value: unknown])[] = [
  ["missing", undefined],
  ["empty", ""],
  ["a list", ["openid", "email"]],
  ["a number", 7],
  ["an object", { openid: true }],
  ["null", null],
];

const LIFETIMES: readonly (readonly [name: string, value: unknown])[] = [
  ["missing", undefined],
  ["a string", "2100"],
  ["a fraction", 2100.5],
  ["negative", -1],
  ["0", 0],
  ["an empty string", ""],
  ["a boolean", true],
  ["a list", [2100]],
  ["an object", { seconds: 2100 }],
  ["null", null],
];

const IMPLAUSIBLE: readonly (readonly [name: string, value: unknown])[] = [
  ["a time in seconds", Math.floor(Date.now() / 1000) + 2100],
  ["a time in milliseconds", Date.now() + 2_100_000],
  ["a date", "2031-01-01T00:00:00Z"],
  ["huge", 1e300],
  ["the string NaN", "NaN"],
];

/** One answer for each of these values. */
export const ODD_VALUES: readonly OddAnswer[] = [
  ...TYPES.map(([name, value]) => odd(`token_type: ${name}`, { fields: { token_type: value } })),
  ...SCOPES.map(([name, value]) => odd(`scope: ${name}`, { fields: { scope: value } })),
  ...LIFETIMES.map(([name, value]) =>
    odd(`expires_in: ${name}`, { fields: { expires_in: value } })
  ),
  ...IMPLAUSIBLE.map(([name, value]) =>
    odd(`expires_in: ${name}`, { fields: { expires_in: value } }, { implausible: "everywhere" })
  ),
  odd("expires_in: milliseconds", { fields: { expires_in: 2_100_000 } }, {
    implausible: "without an issuer",
  }),
  odd("refresh_token_expires_in: a word", { fields: { refresh_token_expires_in: "never" } }),
  odd("fields that OAuth does not know", {
    fields: { not: { known: [{ to: { OAuth: null } }] }, interval: "soon", version: 2 },
  }),
  odd("an empty error beside the tokens", { fields: { error: "" } }),
  odd("an error beside the tokens", { fields: { error: "server_error" } }),
];
