// The pages that a torture run makes.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { PROPERTIES } from "./properties.ts";
import { page, withSummaryLine } from "./report.ts";
import { HOSTILE, PARTS, type Row, SEALED_KILLS } from "./row.ts";
import { tables } from "./tables.ts";

const MOST_LINES = 150;

/** Rows of every part, each with as many as a long run has, or with failures. */
function rows(count: number, wrong: readonly string[] = []): Row[] {
  const counts = { torn: 0, stuck: 0, lost: 2, inWindow: 1 };
  return PARTS.flatMap((part) =>
    Array.from({ length: count }, (_, at): Row => {
      return { part, what: `row ${at} of ${part}`, tried: 3, kept: "all", wrong, counts };
    })
  );
}

function run(rows: readonly Row[]): Parameters<typeof page>[0] {
  const window = { runs: 30, median: 1, longest: 2 };
  return { rows, window, command: "deno task torture", minutes: 30 };
}

Deno.test("the page of a run stays within 150 lines, however many rows fail", () => {
  for (const wrong of [[], ["this", "that"]]) {
    const text = page(run(rows(100, wrong)));
    assert(text.split("\n").length <= MOST_LINES, `${text.split("\n").length} lines`);
  }
});

Deno.test("the page counts each part, and leads to the tables", () => {
  const text = page(run(rows(10, ["this", "that"])));
  assertStringIncludes(text, "(reliability-tables.md)");
  for (const part of PARTS) assertStringIncludes(text, `| ${part} | 30 | 20 | 20 | 10 |`);
});

Deno.test("the page counts the kills on sealed logins by command, with those that went elsewhere and what failed", () => {
  const counts = { torn: 0, stuck: 0, lost: 1, inWindow: 1 };
  const row: Row = {
    ...{
      part: SEALED_KILLS,
      command: "seal",
      what: "seal, killed",
      tried: 2,
      kept: "all",
      wrong: [],
    },
  };
  const killed = [
    row,
    { ...row, kept: "not met, killed elsewhere: all" },
    { ...row, command: "refresh", tried: 3, wrong: ["this"], counts },
  ];
  const text = page(run(killed));
  assertStringIncludes(text, "\n| seal | 2 | 4 | 1 | 0 | 0 | 0 |\n");
  assertStringIncludes(text, "\n| refresh | 1 | 3 | 0 | 1 | 1 | 1 |\n");
  assertStringIncludes(text, "\n| all | 3 | 7 | 1 | 1 | 1 | 1 |\n");
});

Deno.test("the page says that each row is as expected only when nothing failed, and counts the lost logins", () => {
  const lost = `${2 * PARTS.length} logins were lost, ${PARTS.length}`;
  assertStringIncludes(page(run(rows(1))), `Each row is as expected, and ${lost}`);
  assert(!page(run(rows(1, ["this"]))).includes("Each row is as expected"));
});

Deno.test("the page says which property did not hold", () => {
  const failing = rows(1, ["this"]).filter(({ part }) => part === "Refusals");
  const text = page(run([...rows(1), ...failing]));
  assertStringIncludes(text, "**Not in this run:** Only `invalid_grant` marks");
  assertEquals(text.match(/Not in this run/g)?.length, 1);
});

Deno.test("the tables have every row, and every reason of a failing one", () => {
  const text = tables(rows(10, ["this | that"]));
  assertEquals(
    text.match(/^\| row .*Not as expected: this \\\| that/gm)?.length,
    10 * PARTS.length,
  );
});

Deno.test("one part's line of a formatted page can be made anew", () => {
  const before = "| what | tried |\n| ---- | ----- |\n| Faults and hostile callers   |   1 |\n";
  const after = withSummaryLine(before, HOSTILE, rows(1).filter(({ part }) => part === HOSTILE));
  assertStringIncludes(after, `\n| ${HOSTILE} | 3 | 0 | 2 | 1 |\n`);
});

Deno.test("every property names a test that exists", async () => {
  const sources = (await testSources(new URL("../", import.meta.url))).join("\n");
  const missing = PROPERTIES.filter(({ test }) =>
    !['"', "`"].some((quote) => sources.includes(`${quote}${test}${quote}`))
  );
  assertEquals(missing, []);
});

async function testSources(folder: URL): Promise<string[]> {
  const sources: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) sources.push(...await testSources(new URL(`${name}/`, folder)));
    else if (name.endsWith("_test.ts")) {
      sources.push(await Deno.readTextFile(new URL(name, folder)));
    }
  }
  return sources;
}
