// A copy of the sources in a directory of its own, with the packages beside them. Rule: a bundle is made
// here and not in the checkout, so that no path of the machine and no stray file can come into it.

import { cp } from "node:fs/promises";
import { ROOT } from "./paths.ts";
import { output } from "./process.ts";

/** A copy of the sources; removed on disposal. */
export interface Stage extends AsyncDisposable {
  readonly directory: string;
}

const SOURCES = ["main.ts", "src", "deno.json", "deno.lock"];

/** Makes a copy in which `src/base/version.ts` knows the commit, and installs the locked packages there. */
export async function makeStage(): Promise<Stage> {
  await using undo = new AsyncDisposableStack();
  const directory = await Deno.realPath(await Deno.makeTempDir({ prefix: "anaplan-auth-stage-" }));
  undo.defer(() => Deno.remove(directory, { recursive: true }));
  for (const name of SOURCES) {
    await cp(`${ROOT}/${name}`, `${directory}/${name}`, { recursive: true });
  }
  await replaceIn(`${directory}/src/base/version.ts`, {
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
  const end = undo.move();
  return { directory, [Symbol.asyncDispose]: () => end.disposeAsync() };
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
