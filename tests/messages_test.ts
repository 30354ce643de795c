// Every sentence that the program says, collected for reading in one place, and the rules that they keep.
// Rule: messages.txt changes on purpose only; `UPDATE_GOLDEN=1` writes it from the source.
import { assert, assertEquals } from "@std/assert";
import { ERRORS, LINES, SAID } from "./support/said.ts";
import { commands, flagsOf } from "./support/tree.ts";
import { troublePages } from "./support/troubles.ts";

const FILE = new URL("messages.txt", import.meta.url);
const TROUBLES = Array.from(
  (await troublePages()).matchAll(/```.*?```|`[^`]+`/gs),
  ([code]) => code,
);

Deno.test("every sentence of the program is as messages.txt has it", async () => {
  const pages = [...SAID].map(([path, { messages }]) => {
    const lines = new Set(messages.map(({ kind, text }) => `  ${kind}: ${text.trim()}`));
    return [path, ...lines].join("\n");
  });
  const all = pages.join("\n\n") + "\n";
  if (Deno.env.get("UPDATE_GOLDEN") === "1") return await Deno.writeTextFile(FILE, all);
  assertEquals(all, await Deno.readTextFile(FILE), "on purpose? UPDATE_GOLDEN=1 writes it");
});

Deno.test("the parser finds sentences of every kind", () => {
  const kinds = new Set(LINES.map(({ kind }) => kind));
  assertEquals([...kinds].sort(), ["check", "error", "insist", "next", "say", "text", "warn"]);
  assert(ERRORS.length > 50, `only ${ERRORS.length} errors were found`);
});

/** A page's heading, above the sentence that says why. */
const HEADING = "The sign-in failed";
/** The names of places, which begin with capitals. */
const PLACES = "src/provider/regions.ts";

const BROKEN: readonly (readonly [rule: string, pattern: RegExp])[] = [
  ["exclaims", /\p{L}!/u],
  [
    "is set in title case",
    /\b(?!Ask Anaplan|Your Anaplan|The Anaplan|Choose Advanced)\p{Lu}\p{Ll}+ \p{Lu}\p{Ll}+\b/u,
  ],
  ["has two blanks in a row", /\S {2}\S/],
  ["says only that something failed", /\bfail(ed|s)?\b/],
  ["begs", /\b(please|kindly|sorry)\b/i],
  ["calls what a person gave invalid", /\b(invalid|illegal|wrong input|bad (value|argument))\b/i],
  ["says only that there was an error", /\b(error occurred|unexpected error|an error|oops)\b/i],
  [
    "spells Anaplan in another way",
    /\b(?!Anaplan\b|anaplan-auth|anaplan_auth_|anaplan@|anaplan\b(?= --print|$)|anaplan\.com|ANAPLAN_)(anaplan|AnaPlan|ANAPLAN)/,
  ],
  [
    "has another word for signing in or out",
    /\b(?!log out of every profile)(log(ged|ging)? (in|on|out|off)|to log(in|out))\b/i,
  ],
  ["has another word for a login", /(?<!single )\b(sign-on|logon|session)\b/i],
  ["has another word for a client ID", /\bclient(-ID| id|Id|_id)\b/],
  ["has another word for a redirect URI", /\b[Rr]edirect (URL|url|uri|address)\b/],
  ["has another word for a token", /(?<![-\w])(access|refresh)[-_]token\b|\bbearer token\b/],
  ["has another word for this computer", /\b(this|your) (machine|pc|device|host)\b/i],
  ["has another word for a profile", /\b(account name|context name|named login)\b/i],
  ["shortens a word", /(?<![-/.\w])(config|auth|creds?|params?|args?|dirs?|repo|env)(?![-/.\w])/i],
];

for (const [rule, pattern] of BROKEN) {
  Deno.test(`no sentence ${rule}`, () => {
    const said = LINES.filter(({ text, where }) => text !== HEADING && !where.startsWith(PLACES));
    const found = said.filter(({ text }) => pattern.test(text));
    assertEquals(found.map(({ where }) => where), []);
  });
}

Deno.test("an error begins with a capital, and has no full stop of its own", () => {
  const found = ERRORS.filter(({ texts }) =>
    texts.some((text) => !/^(\p{Lu}|\{…\})/u.test(text) || /[.:\s]$/.test(text))
  );
  assertEquals(found.map(({ where }) => where), []);
});

Deno.test("an error says what cannot be done, or what is", () => {
  const says =
    /^(Cannot |There is no |A secret does not |You did not |The new tokens |This login is for |Interrupted|Something went wrong inside |\{…\})/;
  const found = ERRORS.filter(({ texts }) => texts.some((text) => !says.test(text)));
  assertEquals(found.map(({ where }) => where), []);
});

Deno.test("every error says what to do next, but for a Ctrl-C", () => {
  // without a text of its own it is an error that had its `next` already
  const found = ERRORS.filter(({ texts, hasNext }) =>
    !hasNext && texts.join("") !== "" && !texts.every((text) => text.startsWith("Interrupted"))
  );
  assertEquals(found.map(({ where }) => where), []);
});

Deno.test("what to do next begins small, as the rest of its line, and ends without a full stop", () => {
  const found = LINES.filter(({ kind, text }) =>
    kind === "next" && /^\p{Lu}\p{Ll}|\.$/u.test(text)
  );
  assertEquals(found.map(({ where }) => where), []);
});

/** Flags of other programs, of Stricli, and how flags are spoken of. */
const OTHER_FLAGS = ["--allow-run", "--allow-net", "--network", "--flag", "--help", "--version"];
/** What may follow the program's name besides commands. */
const PROSE = ["on", "waits", "is", "listener"];

for (
  const [where, texts] of [["a sentence", LINES.map(({ text }) => text)], [
    "docs/troubleshooting/",
    TROUBLES,
  ]] as const
) {
  Deno.test(`what ${where} says to type is there`, () => {
    const words = texts.flatMap((text) =>
      text.match(/(?<=anaplan-auth )[a-z]+\b(?=[ `,;:.)]|$)|(?<![\w-])--[a-z][\w-]+/g) ?? []
    );
    const unknown = words.filter((word) => !isThere(word));
    assertEquals([...new Set(unknown)], []);
  });
}

function isThere(word: string): boolean {
  if (!word.startsWith("--")) {
    return PROSE.includes(word) || commands().some(({ name }) => name.split(" ")[0] === word);
  }
  return OTHER_FLAGS.includes(word) || commands().some((entry) => flagsOf(entry).has(word));
}
