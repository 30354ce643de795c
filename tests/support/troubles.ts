// The errors that docs/troubleshooting/ explains. Rule: the first line of each error is a heading there, in
// backticks and without its full stop.
import { markdownIn } from "./links.ts";

const ROOT = new URL("../../", import.meta.url);

/** The text of every page about errors, the index included. */
export async function troublePages(): Promise<string> {
  const pages = ["docs/troubleshooting.md", ...await markdownIn("docs/troubleshooting/")];
  const texts = pages.map((page) => Deno.readTextFile(new URL(page, ROOT)));
  return (await Promise.all(texts)).join("\n");
}

/** The first lines of errors, as the headings have them. */
export async function troubles(): Promise<readonly string[]> {
  const headings = (await troublePages()).matchAll(/^## `([^`]+)`$/gm);
  return Array.from(headings, ([, text = ""]) => text);
}
