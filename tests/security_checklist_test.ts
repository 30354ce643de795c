// The lines of docs/security-checklist.md name tests that exist.
// Rule: a line without a test of exactly that name fails.
import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../", import.meta.url);

Deno.test("every test that docs/security-checklist.md names exists", async () => {
  const names = checklist(await Deno.readTextFile(new URL("docs/security-checklist.md", ROOT)));
  assert(names.length > 30, "the checklist cannot be read");
  const sources = (await sourcesUnder("tests")).join("\n");
  const missing = names.filter((name) =>
    !sources.includes(`"${name}"`) && !sources.includes(`\`${name}\``)
  );
  assertEquals(missing, []);
});

/** The names in the last column of the table. */
function checklist(page: string): string[] {
  return Array.from(page.matchAll(/\| `([^|]+)`\s*\|$/gm), ([, name = ""]) => name);
}

async function sourcesUnder(folder: string): Promise<string[]> {
  const sources: string[] = [];
  for await (const entry of Deno.readDir(new URL(folder, ROOT))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) sources.push(...await sourcesUnder(path));
    else if (path.endsWith("_test.ts")) sources.push(await Deno.readTextFile(new URL(path, ROOT)));
  }
  return sources;
}
