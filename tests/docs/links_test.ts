// Every link of the documentation leads somewhere, and every page can be found. Rule: files and headings as
// they are; links to other hosts are not followed.
import { assert, assertEquals } from "@std/assert";
import { brokenBecause, linkedPages, linksOf, markdownIn } from "../support/links.ts";

const INDEX = "docs/README.md";
/** The indexes, each with the folder that its links are in. */
const INDEXES = [
  [INDEX, "docs/"],
  ["docs/decisions/README.md", "docs/decisions/"],
  ["docs/troubleshooting.md", "docs/"],
] as const;

Deno.test("every link of the documentation leads to a file and a heading that exist", async () => {
  const links = (await Promise.all((await linkedPages()).map(linksOf))).flat();
  assert(links.length >= 50, `only ${links.length} links were found`);
  const broken = await Promise.all(links.map(async (link) => {
    const reason = await brokenBecause(link);
    return reason === undefined ? [] : [`${link.page}: ${link.target}: ${reason}`];
  }));
  assertEquals(broken.flat(), []);
});

Deno.test("every page of docs/ is in its index, or in that of its folder", async () => {
  const links = INDEXES.map(async ([page, folder]) =>
    (await linksOf(page)).map(({ target }) => folder + target)
  );
  const listed = (await Promise.all(links)).flat();
  const pages = (await markdownIn("docs/")).filter((page) => page !== INDEX);
  assertEquals(pages.filter((page) => !listed.includes(page)), []);
});

for (
  const [target, reason] of [
    ["install.md", undefined],
    ["install.md#one-file", undefined],
    ["install.md#two-files", "there is no such heading"],
    ["nowhere.md", "there is no such file"],
    ["../../elsewhere.md", "there is no such file"],
  ] as const
) {
  Deno.test(`a link to ${target} is ${reason === undefined ? "good" : "noticed"}`, async () => {
    assertEquals(await brokenBecause({ page: INDEX, target }), reason);
  });
}
