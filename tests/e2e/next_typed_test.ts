// What a `Next:` line says to type is typed, in the situation in which it was said.
// Rule: every such line of every case; it ends with 0, or asks for your part in the browser, at once
// or after what it says next itself; EXEMPT has those that need another person.
import { assertEquals } from "@std/assert";
import { commandsWithCases } from "../support/case_tests.ts";
import { nextLinesOf, typeNext } from "../support/next_typed.ts";

/** What needs more than you, and what that is. */
const EXEMPT: Readonly<Record<string, string>> = {
  "anaplan-auth status --expires-within 1d":
    "the case has ended the server; its owner starts it again",
  "Next: anaplan-auth store use postgresql://USER@HOST/DATABASE":
    "an administrator makes the database and its user",
};

for (const next of commandsWithCases().flatMap(nextLinesOf)) {
  const { command, line, typed, steps } = next;
  const said = steps.at(-1);
  const before = said?.kind === "command" ? said.line : command;
  if (line in EXEMPT || before in EXEMPT) continue;
  Deno.test(`after "anaplan-auth ${before.replace("anaplan-auth ", "")}", "${typed}" helps`, async () => {
    const { code, stderr, isAsked } = await typeNext(next);
    assertEquals(code === 0 || isAsked, true, `${line}\n${stderr}`);
  });
}
