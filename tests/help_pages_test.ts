// The help pages fit on a terminal; what they say is in docs/reference.md (tests/docs/reference_test.ts).
import { assertEquals } from "@std/assert";
import { helpOf } from "../src/cli/help/help.ts";
import { reference } from "../src/cli/help/reference.ts";
import { ROOT } from "../src/cli/tree/tree.ts";
import { commands, groups } from "./support/tree.ts";

const WIDTH = 80;

for (const [name, page] of helpPages()) {
  Deno.test(`the help page of ${name} fits into ${WIDTH} columns`, async () => {
    assertEquals((await page).split("\n").filter((line) => line.length > WIDTH), []);
  });
}

function helpPages(): (readonly [string, Promise<string>])[] {
  return [
    ["the program", helpOf("", ROOT)],
    ["the reference", Promise.resolve(reference())],
    ...groups().map(([name, group]) => [name, helpOf(name, group)] as const),
    ...commands().map(({ name, command }) => [name, helpOf(name, command)] as const),
  ];
}
