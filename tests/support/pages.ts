// The pages of the documentation, and the code in them.
// Rule: read as they are; a block is the text between two fences.
import { markdownIn } from "./links.ts";

const ROOT = new URL("../../", import.meta.url);

/** A fenced block. */
export interface Block {
  readonly page: string;
  readonly language: string;
  readonly text: string;
}

/** README.md and the pages of docs/, with those in its folders. */
export async function pages(): Promise<string[]> {
  return ["README.md", ...await markdownIn("docs/")].sort();
}

/** The fenced blocks of a page that say their language. */
export async function blocksOf(page: string): Promise<Block[]> {
  const text = await Deno.readTextFile(new URL(page, ROOT));
  return Array.from(
    text.matchAll(/^```(\w+)\n(.*?)^```$/gms),
    ([, language = "", text = ""]) => ({ page, language, text }),
  );
}
