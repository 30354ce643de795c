// The pages of the documentation, and the code that stands in them.
// Rule: read as they are; a block is what stands between two fences.

const ROOT = new URL("../../", import.meta.url);

/** A fenced block. */
export interface Block {
  readonly page: string;
  readonly language: string;
  readonly text: string;
}

/** README.md and the pages of docs/. */
export async function pages(): Promise<string[]> {
  const found = ["README.md"];
  for await (const { name } of Deno.readDir(new URL("docs", ROOT))) {
    if (name.endsWith(".md")) found.push(`docs/${name}`);
  }
  return found.sort();
}

/** The fenced blocks of a page that say their language. */
export async function blocksOf(page: string): Promise<Block[]> {
  const text = await Deno.readTextFile(new URL(page, ROOT));
  return Array.from(
    text.matchAll(/^```(\w+)\n(.*?)^```$/gms),
    ([, language = "", text = ""]) => ({ page, language, text }),
  );
}
