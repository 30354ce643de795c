// Arbitrary texts that are likely to hurt: bytes, unicode, percent-encodings, huge ones, near misses.
import fc from "fast-check";

const NASTY = [
  ...["%", "%00", "%zz", "%C0%80", "%F0%9F%92%A9", "%252e", "%0d%0aSet-Cookie:x=1", "\0", "\r\n"],
  ...["&", "=", "+", "#", "?", ";", "__proto__", "constructor", "toString", "<script>", "'\"`"],
  ...["\x1b[2J", "\x9b31m", "\u202e", "\ufeff", "\ud800", "ＡＢＣ", "ı", "ß", "x".repeat(100_000)],
];

/** A text of any length and any code units, lone surrogates included. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ unit: "grapheme", maxLength: 30 }),
  fc.constantFrom(...NASTY),
  fc.array(fc.constantFrom(...NASTY), { maxLength: 4 }).map((parts) => parts.join("")),
);

/** Makes a query parameter; it is given the right state, to come close to it. */
export type Forgery = (state: string) => readonly [name: string, value: string];

const name = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom("state", "code", "error", "error_description", "iss") },
  hostileText,
);

const CHANGES: readonly ((state: string, at: number) => string)[] = [
  (state, at) => state.slice(0, at),
  (state, at) => state.slice(0, at) + (state[at] === "A" ? "B" : "A") + state.slice(at + 1),
  (state, at) => `${state.slice(0, at)}\0${state.slice(at)}`,
  (state) => ` ${state}`,
  (state) => `${state}\0`,
  (state) => state + state,
  (state) => `"${state}"`,
  (state) => state.toLowerCase(),
  (state, at) => state.replace(state.charAt(at), (letter) => fullWidth(letter)),
];

/** A parameter with any value, or a value that all but is the right state. */
export const forgery: fc.Arbitrary<Forgery> = fc.oneof(
  fc.tuple(name, hostileText).map(([name, value]) => () => [name, value] as const),
  nearState().map((change) => (state: string) => ["state", change(state)] as const),
);

/** The state with one thing changed, or the state after all, which who uses it has to sort out. */
export function nearState(): fc.Arbitrary<(state: string) => string> {
  return fc.tuple(fc.nat(42), fc.constantFrom(...CHANGES)).map(([at, change]) => (state) =>
    change(state, at)
  );
}

/** The letter as a wide one, which some comparisons take for the same. */
function fullWidth(letter: string): string {
  return String.fromCharCode(letter.charCodeAt(0) + 0xfee0);
}

/** The pairs as a query; some code units are left as they are, for the URL parser to deal with. */
export function query(pairs: readonly (readonly string[])[]): string {
  return pairs.map(([name = "", value = ""]) => `${escaped(name)}=${escaped(value)}`).join("&");
}

function escaped(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(/%25([0-9A-F]{2})?/g, "%$1");
}
