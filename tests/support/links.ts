// The links and headings of Markdown pages, as GitHub makes anchors of them.
// Rule: what is in code is no link and no heading.
const ROOT = new URL("../../", import.meta.url);

/** A link that leads to another place of this repository. */
export interface Link {
  readonly page: string;
  readonly target: string;
}

/** The pages whose links are followed. */
export async function linkedPages(): Promise<string[]> {
  const own = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"];
  return [...own, ...await markdownIn("docs/")].sort();
}

/** Every Markdown page in a folder and in its folders. */
export async function markdownIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    if (isDirectory) found.push(...await markdownIn(`${folder}${name}/`));
    else if (name.endsWith(".md")) found.push(folder + name);
  }
  return found;
}

/** The links of a page and its images, but not those to other hosts. */
export async function linksOf(page: string): Promise<Link[]> {
  const text = (await proseOf(page)).replace(/`(?:[^`\n]|\n(?!\n))+`/g, "");
  const inline = text.matchAll(/\]\(([^)\s]+)\)/g);
  const tags = text.matchAll(/(?:href|src)="([^"]+)"/g);
  return [...inline, ...tags].map(([, target = ""]) => ({ page, target }))
    .filter(({ target }) => !/^[a-z]+:/.test(target));
}

/** Why a link leads nowhere; `undefined` when it leads somewhere. */
export async function brokenBecause({ page, target }: Link): Promise<string | undefined> {
  const url = new URL(target, new URL(page, ROOT));
  const anchor = url.hash.slice(1);
  url.hash = "";
  const found = await Deno.stat(url).catch(() => undefined);
  if (!url.href.startsWith(ROOT.href) || found === undefined) return "there is no such file";
  if (anchor === "") return undefined;
  const anchors = await anchorsOf(url.href.slice(ROOT.href.length));
  return anchors.includes(anchor) ? undefined : "there is no such heading";
}

/** The anchors of a page's headings; one that comes again gets a number. */
export async function anchorsOf(page: string): Promise<string[]> {
  const seen = new Map<string, number>();
  return [...(await proseOf(page)).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = ""]) => {
    const anchor = anchorOf(heading);
    const times = seen.get(anchor) ?? 0;
    seen.set(anchor, times + 1);
    return times === 0 ? anchor : `${anchor}-${times}`;
  });
}

/** A heading's anchor: lower case, a hyphen for a blank, no other mark. */
function anchorOf(heading: string): string {
  const shown = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1");
  return shown.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").trim().replace(/\s/g, "-");
}

/** The page without its blocks of code; a heading may have code within its line. */
async function proseOf(page: string): Promise<string> {
  const text = await Deno.readTextFile(new URL(page, ROOT));
  return text.replace(/^( *)(`{3,})[^\n]*\n.*?^\1\2$/gms, "");
}
