// The screens and sessions in the documentation are what the program prints. Rule: a screen is compared with the
// words in the code, a session with the golden cases; only times and the home directory may differ.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { formatWords } from "../../src/base/advice.ts";
import { layout } from "../../src/cli/layout.ts";
import { introduction } from "../../src/sign_in/introduction.ts";
import { confirmationQuestion, STEPS } from "../../src/sign_in/steps.ts";
import { commandsWithCases, stepsOf } from "../support/case_tests.ts";
import { markdownIn } from "../support/links.ts";
import { blocksOf } from "../support/pages.ts";

const TUTORIAL = "docs/first-login.md";
const STEPS_OF_A_BROWSER = STEPS.filter(({ name }) => name !== "deviceClientId");

Deno.test("the first screen of the tutorial is the program's own", async () => {
  const shown = introduction({
    questions: STEPS_OF_A_BROWSER.length,
    isAnother: false,
    isDevice: false,
    isAnaplan: true,
    isResumed: false,
  });
  const paper = { width: 80, hasColor: false };
  assertStringIncludes(await screens(), layout(formatWords(shown, undefined, "\u00a0"), paper));
});

Deno.test("the tutorial shows every question, and every way to correct an answer", async () => {
  const shown = await screens();
  const corrections = confirmationQuestion(STEPS_OF_A_BROWSER).choices?.map(({ value }) => value) ??
    [];
  for (const text of [...STEPS_OF_A_BROWSER.map(({ text }) => text), ...corrections]) {
    assertStringIncludes(shown, text);
  }
});

Deno.test("every line of a session in the documentation is printed by a golden case", async () => {
  const known = printedLines();
  const blocks = (await Promise.all((await markdownIn("docs/")).map(blocksOf))).flat();
  const sessions = blocks.filter(({ language }) => language === "console");
  assert(sessions.length > 0);
  const strange = sessions.flatMap(({ page, text }) =>
    text.trimEnd().split("\n")
      .filter((line) => !line.startsWith("$ ") && !known.has(timeless(line)))
      .map((line) => `${page}: ${line}`)
  );
  assertEquals(strange, []);
});

async function screens(): Promise<string> {
  return (await blocksOf(TUTORIAL)).map(({ text }) => text).join("\n");
}

/** What the cases of every command print, without times. */
function printedLines(): Set<string> {
  const lines = commandsWithCases().flatMap(stepsOf).flatMap((step) =>
    step.kind === "command" ? `${step.result.stdout}\n${step.result.stderr}`.split("\n") : []
  );
  return new Set(["", ...lines.map(timeless)]);
}

function timeless(line: string): string {
  return line.replace(/\b(\d{4}-\d\d-\d\d )?\d\d:\d\d\b/g, "<TIME>").replaceAll(
    "/home/ada",
    "<HOME>",
  );
}
