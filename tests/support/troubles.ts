// The errors that docs/troubleshooting.md explains. Rule: the first lines of errors stand there in
// backticks, at the beginning of a point, before its colon.

const PAGE = new URL("../../docs/troubleshooting.md", import.meta.url);

/** The first lines of errors, as the page has them. */
export async function troubles(): Promise<readonly string[]> {
  const page = await Deno.readTextFile(PAGE);
  const points = page.split(/\n(?=- |#|\n)/).map((point) => point.replace(/\s+/g, " ").trim());
  const headed = points.map((point) => /^- (`[^`]+`(?: or `[^`]+`)*): /.exec(point)?.[1] ?? "");
  return headed.flatMap((head) => [...head.matchAll(/`([^`]+)`/g)].map(([, text = ""]) => text));
}
