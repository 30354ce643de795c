// A copy of the sources in a directory of its own, with the packages beside them. Rule: a bundle is made
// here and not in the checkout, so that no path of the machine and no stray file can come into it.

import { cp } from "node:fs/promises";
import { output, ROOT } from "./tool.ts";

const SOURCES = ["main.ts", "src", "deno.json", "deno.lock"];

/**
 * Does some work in a copy in which `src/cli/tree/commands.ts` knows the commit, with the locked packages
 * installed; the copy is removed afterwards.
 */
export async function inStage<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await Deno.realPath(await Deno.makeTempDir({ prefix: "anaplan-auth-stage-" }));
  try {
    for (const name of SOURCES) {
      await cp(`${ROOT}/${name}`, `${directory}/${name}`, { recursive: true });
    }
    await replaceIn(`${directory}/src/cli/tree/commands.ts`, {
      '"run from source"': JSON.stringify(await build()),
    });
    // In the bundle `token` is in the file that every start reads anyway (`GROUPS` in bundle.ts); from
    // source it would cost every other command its files.
    await replaceIn(`${directory}/src/cli/tree/commands.ts`, {
      'async () => (await import("../../commands/token.ts")).token': "() => Promise.resolve(token)",
      "\nimport ": '\nimport { token } from "../../commands/token.ts";\nimport ',
    });
    const install = ["install", "--quiet", "--frozen", "--node-modules-dir=auto"];
    await output(Deno.execPath(), [...install, "--entrypoint", "main.ts"], { cwd: directory });
    return await work(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Replaces the first place of each text. */
async function replaceIn(path: string, replacements: Record<string, string>): Promise<void> {
  let source = await Deno.readTextFile(path);
  for (const [old, replacement] of Object.entries(replacements)) {
    if (!source.includes(old)) throw new Error(`${path} does not hold ${old}`);
    source = source.replace(old, () => replacement);
  }
  await Deno.writeTextFile(path, source);
}

/** What the sources are: a commit, with or without changes; a checkout without git cannot tell. */
async function build(): Promise<string> {
  const git = (...args: string[]): Promise<string> => output("git", args, { cwd: ROOT });
  try {
    const commit = (await git("rev-parse", "--short=12", "HEAD")).trim();
    const changes = await git("status", "--porcelain", "--", ...SOURCES);
    return `commit ${commit}${changes === "" ? "" : " with changes"}`;
  } catch {
    return "commit unknown";
  }
}
