// The command line as people and scripts rely on it: every command, argument and flag.
// Rule: surface.txt changes on purpose only; `UPDATE_GOLDEN=1` writes it from the tree.
import { assertEquals } from "@std/assert";
import { helpOf } from "../src/cli/help/help.ts";
import { kebab } from "../src/base/text.ts";
import { reference } from "../src/cli/help/reference.ts";
import { ROOT } from "../src/cli/tree/tree.ts";
import { commands, type Entry, groups } from "./support/tree.ts";

const FILE = new URL("surface.txt", import.meta.url);
const WIDTH = 80;

interface Flag {
  readonly kind: string;
  readonly placeholder?: string;
  readonly values?: readonly string[];
  readonly variadic?: boolean;
}

Deno.test("every command, argument and flag is as surface.txt has it", async () => {
  const surface = commands().flatMap(surfaceOf).join("\n") + "\n";
  if (Deno.env.get("UPDATE_GOLDEN") === "1") return await Deno.writeTextFile(FILE, surface);
  assertEquals(surface, await Deno.readTextFile(FILE), "on purpose? UPDATE_GOLDEN=1 writes it");
});

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

function surfaceOf({ name, command }: Entry): string[] {
  const { positional, flags = {}, aliases = {} } = command.parameters;
  const letters = new Map(Object.entries(aliases).map(([letter, flag]) => [flag, ` -${letter}`]));
  const args = positional?.kind === "tuple"
    ? positional.parameters
    : positional === undefined
    ? []
    : [{ placeholder: positional.parameter.placeholder ?? "ARGUMENT", optional: false }];
  return [
    name,
    ...args.map(({ placeholder, optional }) =>
      optional ? `${name} [${placeholder}]` : `${name} ${placeholder}`
    ),
    ...Object.entries(flags as Record<string, Flag>).map(([flag, parameter]) =>
      `${name} --${kebab(flag)}${letters.get(flag) ?? ""}${valueOf(parameter)}`
    ).sort(),
  ];
}

function valueOf({ kind, placeholder, values, variadic }: Flag): string {
  if (kind === "boolean") return "";
  return ` ${values?.join("|") ?? placeholder ?? "VALUE"}${variadic ? " (repeatable)" : ""}`;
}
