// The documentation, comments, messages and test names keep the project's plain voice: words that are not used,
// short sentences, short pages. Rule: only prose is read, and code is left out.
import { assertEquals } from "@std/assert";
import { filesBelow } from "../../tools/tool.ts";
import { pages } from "../support/pages.ts";
import { commentsOf, testNamesOf } from "../support/prose_in_code.ts";

const ROOT = new URL("../../", import.meta.url);

/** The pages that a task writes from the program or from a run. */
const GENERATED = [
  "docs/reference.md",
  "docs/reliability.md",
  "docs/reliability-tables.md",
];

/** Pages for those who work on the project. */
const FOR_DEVELOPERS = [
  "ARCHITECTURE.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "tests/e2e/README.md",
];

/** The words of the project's list that are not used, and what is said instead. */
const NOT_USED: readonly (readonly [word: RegExp, instead: string])[] = [
  [/\b((some|no|any|every)body|someone)\b/i, "another process, another user, you"],
  [/\bwho(m|se)?ever\b/i, "you, the user"],
  [/\bthe person\b/i, "you, the user"],
  [/\b(mend(ed|ing|s)?|put right)\b/i, "fix"],
  [/\b(be|is) rid of\b/i, "remove, stop"],
  [/\bslips?\b/i, "mistake, typo"],
  [/\b(stands?|stood)\b(?!-)/i, "is in, is at, there is"],
  [/\ball the same\b/i, "still, even so"],
  [/,? (too|either)([.;:)]|,(?! )|$)|, too,/im, "also"],
  [/\b(is|are|still) good\b/i, "valid"],
  [/\b(good (for|until)|for good)\b/i, "valid for, until you undo it"],
  [/\b(says?|said) no\b(?! (more|time))/i, "rejects"],
  [/\btells? (the truth|of)\b/i, "shows, prints"],
  [/\b(says of|(is|are) told)\b/i, "says about, is shown"],
  [/\b(affairs?|untruth)\b/i, "is up to"],
  [/\b(behaviour|colour|favour|honour)/i, "the American spelling"],
];

const PROSE = await Promise.all(
  (await pages()).filter((page) => !GENERATED.includes(page)).map(async (page) => {
    const text = await Deno.readTextFile(new URL(page, ROOT));
    return { page, text, prose: proseOf(text) };
  }),
);
const PARTS = [
  ...PROSE.map(({ page, prose }) => ({ page, parts: prose.split("\n\n") })),
  ...await Promise.all([...GENERATED, ...FOR_DEVELOPERS].map(async (page) => ({
    page,
    parts: proseOf(await Deno.readTextFile(new URL(page, ROOT))).split(/\n\n|\|/),
  }))),
  ...await partsOfCode(),
];

for (const [word, instead] of NOT_USED) {
  Deno.test(`no page, comment, message or test name uses ${word.source}, but: ${instead}`, () => {
    const found = PARTS.flatMap(({ page, parts }) =>
      parts.map((part) => part.replace(/\s+/g, " ").trim())
        .filter((part) => word.test(part))
        .map((part) => `${page}: ${part.slice(Math.max(0, part.search(word) - 80)).slice(0, 200)}`)
    );
    assertEquals(found, []);
  });
}

Deno.test("the sentences of each page have 17 words on average at most", () => {
  const long = PROSE.flatMap(({ page, prose }) => {
    const words = sentencesOf(prose).map((sentence) => sentence.split(/\s+/).length);
    const average = words.reduce((sum, count) => sum + count, 0) / Math.max(1, words.length);
    return average > 17 ? [`${page}: ${average.toFixed(1)}`] : [];
  });
  assertEquals(long, []);
});

Deno.test("README has 120 lines at most, and every page of docs/ 150", () => {
  const long = PROSE.flatMap(({ page, text }) => {
    const lines = text.trimEnd().split("\n").length;
    return lines > (page === "README.md" ? 120 : 150) ? [`${page}: ${lines} lines`] : [];
  });
  assertEquals(long, []);
});

/** Comments and test names of our own code, cases, and the messages of the program. */
async function partsOfCode(): Promise<{ page: string; parts: string[] }[]> {
  const found: { page: string; parts: string[] }[] = [];
  for (const folder of ["src", "tools", "tests"]) {
    for (const path of await filesBelow(`${ROOT.pathname}${folder}`)) {
      const page = `${folder}/${path}`;
      if (!/\.ts$|\/(case|messages)\.txt$/.test(page) || page === "tests/docs/words_test.ts") {
        continue;
      }
      const text = await Deno.readTextFile(new URL(page, ROOT));
      const parts = page.endsWith(".ts")
        ? [...commentsOf(page, text), ...folder === "tests" ? testNamesOf(page, text) : []]
        : text.split("\n").filter((line) => !line.startsWith("$ "));
      found.push({ page, parts });
    }
  }
  return found;
}

/** The text without blocks of code, code in a line, tags and comments. */
function proseOf(text: string): string {
  return text.replace(/^( *)(`{3,})[^\n]*\n.*?^\1\2$/gms, "")
    .replace(/<[^>]+>/g, "")
    .replace(/`[^`]+`/g, "CODE")
    .replace(/\]\([^)]*\)/g, "]");
}

/** The sentences of paragraphs and points; tables and headings have none. */
function sentencesOf(prose: string): string[] {
  return prose.split(/\n\n|\n(?=\s*(?:-|\d+\.) )/)
    .filter((part) => !/^\s*[|#]/.test(part))
    .flatMap((part) => part.replace(/\s+/g, " ").split(/(?<=[.:?])\s+(?=[A-Z[*_C])/))
    .map((sentence) => sentence.replace(/^[-*\d. ]+/, "").trim())
    .filter((sentence) => sentence.split(" ").length > 2);
}
