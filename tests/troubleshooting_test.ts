// The headings of docs/troubleshooting/ against the errors of the program. Rule: each error has a heading, and
// each heading is an error that the program prints.
import { assertEquals } from "@std/assert";
import { commandsWithCases, stepsOf } from "./support/case_tests.ts";
import { HOLE } from "./support/messages.ts";
import { ERRORS, LINES } from "./support/said.ts";
import { troubles } from "./support/troubles.ts";

const PATTERNS = LINES.filter(({ text }) => isFixed(text)).map(({ text }) =>
  asPattern(firstLine(text))
);

Deno.test("docs/troubleshooting/ has a heading for every error", async () => {
  const known = await troubles();
  const texts = new Set([...ERRORS.flatMap((error) => error.texts), ...complaints()]);
  const missing = [...texts].map(withoutGuess).filter((text) =>
    isFixed(text) && !known.some((trouble) => asPattern(text).test(trouble))
  );
  assertEquals([...new Set(missing)], []);
});

Deno.test("docs/troubleshooting/ has no heading that the program does not print", async () => {
  const strange = (await troubles()).filter((trouble) => !isSaid(trouble));
  assertEquals(strange, []);
});

/** The words in headings that the reader replaces. */
const OWN =
  /\b(ADDRESS|CODE|ERROR|FILE|FLAG|HOST(\/PATH)?|ISSUER|KIND|LETTER|METHOD|NAME|NUMBER|PATH|PROGRAM|REASON|SERVER|STATUS|TEXT|TIME|URL(?=:)|VALUE|VARIABLE)\b/g;

Deno.test("every error that a case prints is found in docs/troubleshooting/", async () => {
  const known = (await troubles()).map((trouble) => asPattern(trouble.replace(OWN, HOLE)));
  const strange = printedErrors().filter((line) => !known.some((pattern) => pattern.test(line)));
  assertEquals([...new Set(strange)], []);
});

/** The first lines of all errors in the cases: those with a line for what to do next. */
function printedErrors(): string[] {
  return commandsWithCases().flatMap(stepsOf).flatMap((step) => {
    if (step.kind !== "command") return [];
    return [...step.result.stderr.matchAll(/^(.*)\n(?=Next: )/gm)].map(([, line = ""]) => line);
  });
}

/** Errors that are put together somewhere else than where they are thrown. */
function complaints(): string[] {
  return LINES.filter(({ kind }) => kind !== "error").map(({ text }) => firstLine(text))
    .filter((text) => /^(Cannot|There is no|An argument) |^\{…\} (needs|was given) /.test(text));
}

/** Without what follows only sometimes: a near name, the server's own words. */
function withoutGuess(text: string): string {
  return text.replace(
    /(; did you mean .*|; the server says .*|(?<=HTTP \{…\}\)?): \{…\}|(?<=\{…\})\{…\})$/,
    "",
  );
}

function firstLine(text: string): string {
  return text.split(" ⏎ ")[0] ?? "";
}

/** Whether enough of the text is known beforehand to look it up. */
function isFixed(text: string): boolean {
  return /[a-z]{2}/.test(text.replaceAll(HOLE, "").replace(/^Cannot /, ""));
}

/** Whether the program says it: as one sentence, or as a reason after a colon that is put there later. */
function isSaid(trouble: string): boolean {
  const says = (text: string): boolean => PATTERNS.some((pattern) => pattern.test(text));
  const [, what = "", reason = ""] = /^(.*?): (.*)$/.exec(trouble) ?? [];
  return says(trouble) || (/^Cannot \w+ [A-Z]+$/.test(what) && says(reason));
}

/** How a text begins, whatever is filled in. */
function asPattern(text: string): RegExp {
  const parts = text.split(HOLE).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".+")}`);
}
