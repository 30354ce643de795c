// Lines for people: wrapped, quoted for a shell, and with the program's name as it is typed.
import { assert, assertEquals } from "@std/assert";
import { COMMANDS } from "../../src/cli/tree/commands.ts";
import { asTyped, quoted, wrapped } from "../../src/base/text.ts";

Deno.test("wrapped() breaks at blanks, as late as the width allows", () => {
  assertEquals(wrapped("one two three", 7), ["one two", "three"]);
  assertEquals(wrapped("one two three", 6), ["one", "two", "three"]);
  assertEquals(wrapped("one two three", 80), ["one two three"]);
});

Deno.test("wrapped() keeps a word whole that is longer than the line", () => {
  const url = "https://as.example.com/authorize";
  assertEquals(wrapped(`see ${url} now`, 10), ["see", url, "now"]);
});

Deno.test("wrapped() loses no word and no order", () => {
  const text = "a bb ccc dddd eeeee ffffff";
  for (let width = 1; width < 30; width++) {
    const lines = wrapped(text, width);
    assertEquals(lines.join(" "), text);
    assert(lines.every((line) => line.length <= width || !line.includes(" ")));
  }
});

for (const command of Object.keys(COMMANDS)) {
  Deno.test(`asTyped() says the task for anaplan-auth ${command}`, () => {
    const text = `Next: anaplan-auth ${command} --flag`;
    assertEquals(asTyped(text, "deno task"), `Next: deno task ${command} --flag`);
  });
}

Deno.test("asTyped() leaves alone what is no command of this program", () => {
  const texts = [
    "Saved to ~/.config/anaplan-auth, profile default.",
    "/opt/anaplan-auth login",
    "the anaplan-auth listener",
    "anaplan-auth loginx",
    "my-anaplan-auth login",
  ];
  for (const text of texts) assertEquals(asTyped(text, "deno task"), text);
});

Deno.test("asTyped() leaves alone what a server said", () => {
  const text = `it says ${quoted("anaplan-auth login")}; anaplan-auth refresh, ${quoted("“")}`;
  assertEquals(asTyped(text, "deno task"), 'it says “anaplan-auth login”; deno task refresh, “"”');
});

Deno.test("asTyped() says every command of a text", () => {
  assertEquals(
    asTyped("anaplan-auth refresh, or anaplan-auth login (anaplan-auth <command>)", "npm run"),
    "npm run refresh, or npm run login (npm run <command>)",
  );
});
