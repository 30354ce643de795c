// Where the tools find the sources and leave what they make. Rule: everything made goes below dist/.

import { readdir } from "node:fs/promises";
import { dirname, join, relative } from "node:path";

/** The checkout. */
export const ROOT: string = dirname(import.meta.dirname ?? "");

/** What is made; not under version control. */
export const DIST = `${ROOT}/dist`;

/** The paths of all files below a directory, sorted. */
export async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(directory, join(parentPath, name)))
    .map((path) => path.replaceAll("\\", "/"))
    .sort();
}
