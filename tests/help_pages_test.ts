// The help pages fit on a terminal; what they say is in docs/reference.md (tests/docs/reference_test.ts).
import { assert, assertEquals, assertMatch } from "@std/assert";
import { administratorPage } from "../src/cli/help/administrator.ts";
import { helpOf } from "../src/cli/help/help.ts";
import { PAGES } from "../src/cli/help/pages.ts";
import { reference } from "../src/cli/help/reference.ts";
import { layout } from "../src/cli/layout.ts";
import { formatWords } from "../src/base/words.ts";
import { rootHelp } from "../src/cli/help/root_help.ts";
import { broken, fitLines } from "../src/base/lines.ts";
import { toKebabCase } from "../src/base/parse.ts";
import { ROOT } from "../src/cli/tree/tree.ts";
import { commands, flagsOf, groups } from "./support/tree.ts";

/** The rows of a terminal, without the one of the next prompt. */
const SCREEN = 24 - 1;
const COLUMNS = 80;
const LISTED = ["Start here", "Use it", "Set up and fix"];

for (const width of [40, 60, 80]) {
  for (const [name, page] of helpPages(width)) {
    Deno.test(`the help page of ${name} fits into ${width} columns, but for what is one piece`, async () => {
      const lines = (await page).split("\n").filter((line) => line.length > width);
      assertEquals(lines.filter((line) => !isOnePiece(line)), []);
    });
  }
}

Deno.test("a terminal that lays a page out once more breaks no other line of it", async () => {
  for (const { name, command } of commands()) {
    const page = await helpOf(name, command, { width: 40, fit: broken });
    const once = await helpOf(name, command, { width: 40 });
    assertEquals(layout(page, { width: 40, hasColor: false }), once);
  }
});

/** A command, a URL or a flag, with the label before it. */
function isOnePiece(line: string): boolean {
  return /^ *(Usage: |Example: |More flags: |.*: )?(anaplan-auth|curl|source) /.test(line) ||
    !line.trim().includes(" ");
}

function helpPages(width: number): (readonly [string, Promise<string>])[] {
  return [
    ["the program", Promise.resolve(fitLines(formatWords(rootHelp()), width))],
    ["the reference", Promise.resolve(fitLines(reference(), width))],
    ...groups().map(([name, group]) => [name, helpOf(name, group, { width })] as const),
    ...commands().flatMap(({ name, command }) => [
      [name, helpOf(name, command, { width })] as const,
      [`${name} with --all`, helpOf(name, command, { width, all: true })] as const,
    ]),
  ];
}

Deno.test("the page of the program has three groups", () => {
  const paragraphs = formatWords(rootHelp()).split("\n\n").map((text) => text.split("\n")[0]);
  assertEquals(paragraphs.slice(2, -1), LISTED);
});

for (const { name, command } of commands()) {
  Deno.test(`the page of ${name} is one screen: usage, examples, a few flags, what it prints, exit codes`, async () => {
    const page = await helpOf(name, command);
    const rows = page.split("\n").map(({ length }) => Math.max(1, Math.ceil(length / COLUMNS)));
    assert(rows.reduce((sum, count) => sum + count) <= SCREEN, page);
    const order = new RegExp(
      `^[^\\n]+\\.\\n\\nUsage: anaplan-auth ${name}\\b[^\\n]*\\n\\nExamples\\n[^]+\\n\\nFlags\\n[^]+` +
        `\\nMore flags: anaplan-auth help ${name} --all\\n\\nPrints [^]+\\.\\nExit codes: [^\\n]+`,
    );
    assertMatch(page, order);
  });

  Deno.test(`help ${name} --all has each flag once, the others in their groups`, async () => {
    const page = await helpOf(name, command, { all: true });
    const listed = [...page.matchAll(/^ +(?:-\w, )?(--[a-z][\w-]*)/gm)].map(([, flag]) => flag);
    const flags = [...flagsOf({ name, command }).keys(), "--help"];
    assertEquals(listed.sort(), flags.sort());
  });
}

Deno.test("every command has its row in the table of pages, with flags that it has and three examples at most", () => {
  assertEquals(Object.keys(PAGES).sort(), commands().map(({ name }) => name).sort());
  for (const entry of commands()) {
    const page = PAGES[entry.name];
    const known = flagsOf(entry);
    assertEquals(page?.flags.filter((name) => !known.has(`--${toKebabCase(name)}`)), []);
    const length = page?.examples.length ?? 0;
    assert(length >= 1 && length <= (entry.name === "complete" ? 4 : 3), entry.name);
    assert((page?.flags.length ?? 0) <= 6, entry.name);
  }
});

Deno.test("login --all groups what is about the browser and about other providers", async () => {
  const login = ROOT.getRoutingTargetForInput("login");
  assert(login !== undefined);
  const page = await helpOf("login", login, { all: true });
  const headings = page.split("\n\n").map((text) => text.split("\n")[0]);
  assertEquals(headings.slice(3, -1), [
    "Flags",
    "Browser",
    "Endpoints and other providers",
    "Every command",
    "Regions",
  ]);
});

Deno.test("the line that an administrator sends back is the one in docs/administrators.md", async () => {
  const line = /^anaplan-auth login --setup .*$/m;
  const [typed = ""] = line.exec(formatWords(administratorPage())) ?? [];
  const [documented] = line.exec(await Deno.readTextFile("docs/administrators.md")) ?? [];
  assertEquals(
    typed.replaceAll("'", "").replace(/https:[^ ]*/, "CALLBACK_URL"),
    documented,
  );
});
