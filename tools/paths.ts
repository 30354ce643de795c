// Where the tools find the sources and leave what they make. Rule: everything made goes below dist/.

/** The checkout. */
export const ROOT: string = pathOf(new URL("..", import.meta.url));

/** What is made; not under version control. */
export const DIST = `${ROOT}/dist`;

/** The path of a file URL on this system, without a slash at its end. */
export function pathOf(url: URL): string {
  const path = decodeURIComponent(url.pathname).replace(/\/$/, "");
  return Deno.build.os === "windows" ? path.slice(1) : path;
}

/** The paths of all files below a directory, sorted. */
export async function filesBelow(directory: string, prefix = ""): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${directory}/${prefix}`)) {
    if (isDirectory) files.push(...await filesBelow(directory, `${prefix}${name}/`));
    else files.push(prefix + name);
  }
  return files.sort();
}
