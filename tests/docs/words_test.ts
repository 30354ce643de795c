// README and docs/ keep the project's plain voice: words that are not used, short sentences, short pages.
// Rule: only prose is read; code, and the pages that a task generates, are left out.
import { assertEquals } from "@std/assert";
import { pages } from "../support/pages.ts";

/** The pages that a task writes from the program or from a run. */
const GENERATED = [
  "docs/reference.md",
  "docs/reliability.md",
  "docs/reliability-tables.md",
  "docs/performance.md",
];

/** The words of the project's list that are not used, and what is said instead. */
const NOT_USED: readonly (readonly [word: RegExp, instead: string])[] = [
  [/\b(some|no)body\b/i, "another process, another user, you"],
  [/\bwho(m|se)?ever\b/i, "you, the user"],
  [/\b(mend(ed|ing|s)?|put right)\b/i, "fix"],
  [/\b(be|is) rid of\b/i, "remove, stop"],
  [/\bslips?\b/i, "mistake, typo"],
  [/\bstands?\b/i, "is in, is at, there is"],
  [/\ball the same\b/i, "still, even so"],
  [/,? (too|either)[.;:)]/i, "also"],
  [/\b(is|are|still) good\b/i, "valid"],
  [/\b(good for|for good)\b/i, "valid for, until you undo it"],
  [/\bsays no\b/i, "rejects"],
  [/\btells? (the truth|of)\b/i, "shows, prints"],
];

const PROSE = await Promise.all(
  (await pages()).filter((page) => !GENERATED.includes(page)).map(async (page) => {
    const text = await Deno.readTextFile(new URL(`../../${page}`, import.meta.url));
    return { page, text, prose: proseOf(text) };
  }),
);

for (const [word, instead] of NOT_USED) {
  Deno.test(`no page uses ${word.source}, but: ${instead}`, () => {
    const found = PROSE.flatMap(({ page, prose }) =>
      prose.split("\n\n").map((part) => part.replace(/\s+/g, " "))
        .filter((part) => word.test(part))
        .map((part) => `${page}: ${part.slice(0, 200)}`)
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
