// What a `Next:` line says to type is typed, in the situation in which it was said.
// Rule: every command in such a line of every case, without exemption; it ends with 0, or asks for your part in the
// browser, at once or after what it says next itself.
import { assertEquals } from "@std/assert";
import { commandsWithCases } from "../support/case_tests.ts";
import { nextCommandsOf, typeNext } from "../support/next_typed.ts";

for (const next of commandsWithCases().flatMap(nextCommandsOf)) {
  const { command, line, typed, steps } = next;
  const said = steps.at(-1);
  const before = said?.kind === "command" ? said.line : command;
  const what = `"${typed.join('", then "')}"`;
  Deno.test(`after "anaplan-auth ${before.replace("anaplan-auth ", "")}", ${what} helps`, async () => {
    const { code, stderr, isAsked } = await typeNext(next);
    assertEquals(code === 0 || isAsked, true, `${line}\n${stderr}`);
  });
}
