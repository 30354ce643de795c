// What the documentation shows of the program is what the program prints. Rule: a screen is compared with the
// words in the code, a session with the golden cases; times and names alone may differ.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { SETTINGS } from "../../src/settings/table.ts";
import { introduction } from "../../src/sign_in/introduction.ts";
import { allRight, STEPS } from "../../src/sign_in/steps.ts";
import { markdownIn } from "../support/links.ts";
import { blocksOf } from "../support/pages.ts";

const TUTORIAL = "docs/first-login.md";
const STEPS_OF_A_BROWSER = STEPS.filter(({ name }) => name !== "deviceClientId");

Deno.test("the first screen of the tutorial is the program's own", async () => {
  const shown = introduction({
    questions: STEPS_OF_A_BROWSER.length,
    callback: SETTINGS.redirectUri.default,
    isDevice: false,
    isAnaplan: true,
    isResumed: false,
    columns: 100,
  });
  assertStringIncludes(await screens(), shown);
});

Deno.test("the tutorial shows every question, and every way to correct an answer", async () => {
  const shown = await screens();
  const corrections = allRight(STEPS_OF_A_BROWSER).choices?.map(({ value }) => value) ?? [];
  for (const text of [...STEPS_OF_A_BROWSER.map(({ text }) => text), ...corrections]) {
    assertStringIncludes(shown, text);
  }
});

Deno.test("every line of a session in the documentation is printed by a golden case", async () => {
  const known = await printedLines();
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

/** What the cases of a few commands print, with no time in it. */
async function printedLines(): Promise<Set<string>> {
  const lines = new Set<string>([""]);
  for (const command of ["whoami", "refresh", "logout"]) {
    const folder = new URL(`../e2e/${command}/`, import.meta.url);
    for await (const { name } of Deno.readDir(folder)) {
      const text = await Deno.readTextFile(new URL(`${name}/case.txt`, folder));
      for (const [, line = ""] of text.matchAll(/^out\| ?(.*)$/gm)) lines.add(timeless(line));
    }
  }
  return lines;
}

function timeless(line: string): string {
  return line.replace(/\b\d\d:\d\d\b/g, "<TIME>");
}
