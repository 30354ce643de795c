// The pages of the help as the real program prints them, however they are asked for.
// Rule: what a page says is in docs/reference.md and made there; here it only has to be the same page.
import { assertEquals } from "@std/assert";
import { helpOf } from "../../src/cli/help/help.ts";
import { fitLines } from "../../src/base/lines.ts";
import { reference } from "../../src/cli/help/reference.ts";
import { ROOT } from "../../src/cli/tree/tree.ts";
import { makeHome } from "../support/home.ts";
import { runProgram } from "../support/program.ts";
import { commands, groups } from "../support/tree.ts";

/** What the program prints, which is exit 0 and nothing on stderr. */
async function printed(argv: readonly string[]): Promise<string> {
  await using home = await makeHome();
  const { code, stdout, stderr } = await runProgram(argv, { home: home.path });
  assertEquals([code, stderr], [0, ""]);
  return stdout;
}

Deno.test("the page of the program is printed without a terminal, by help, --help and -h", async () => {
  const page = await helpOf("", ROOT);
  for (const argv of [[], ["help"], ["--help"], ["-h"]]) {
    assertEquals(await printed(argv), `${page}\n`);
  }
});

for (const { name, command } of commands()) {
  Deno.test(`${name} --help prints its page`, async () => {
    const page = await helpOf(name, command);
    assertEquals(await printed([...name.split(" "), "--help"]), `${page}\n`);
  });
}

for (const [name, group] of groups()) {
  Deno.test(`the page of ${name} is printed by help, by --help and alone`, async () => {
    const page = await helpOf(name, group);
    for (const argv of [["help", name], [name, "--help"], [name]]) {
      assertEquals(await printed(argv), `${page}\n`);
    }
  });
}

Deno.test("help takes the name of a command, also of one in a group, and with --json the page is one JSON text", async () => {
  for (const name of ["token", "cert trust"]) {
    const entry = commands().find((entry) => entry.name === name);
    const page = await helpOf(name, entry?.command ?? ROOT);
    assertEquals(await printed(["help", ...name.split(" ")]), `${page}\n`);
    assertEquals(JSON.parse(await printed(["help", ...name.split(" "), "--json"])), page);
  }
});

Deno.test("help login --all has the flags that the page of login leaves out", async () => {
  const login = commands().find(({ name }) => name === "login");
  const page = await helpOf("login", login?.command ?? ROOT, { all: true });
  assertEquals(await printed(["help", "login", "--all"]), `${page}\n`);
});

Deno.test("help reference prints exit codes and variables", async () => {
  const withoutVersion = (page: string): string => page.replace(/\n\nVersion .*\n?$/, "");
  assertEquals(
    withoutVersion(await printed(["help", "reference"])),
    withoutVersion(fitLines(reference(), 80)),
  );
});
