// A copy of the sources in a directory of its own, with the packages beside them. Rule: a bundle is made
// here and not in the checkout, so that no path of the machine and no stray file can come into it.

import { output } from "./process.ts";
import { ROOT } from "./paths.ts";

/** A copy of the sources; removed on disposal. */
export interface Stage extends AsyncDisposable {
  readonly directory: string;
}

/** Makes a copy in which `src/base/version.ts` knows the commit, and installs the locked packages there. */
export async function makeStage(): Promise<Stage> {
  const directory = await Deno.realPath(await Deno.makeTempDir({ prefix: "anaplan-auth-stage-" }));
  const stage = {
    directory,
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
  try {
    for (const name of ["main.ts", "deno.json", "deno.lock"]) {
      await Deno.copyFile(`${ROOT}/${name}`, `${directory}/${name}`);
    }
    await copyFolder(`${ROOT}/src`, `${directory}/src`);
    await noteBuild(`${directory}/src/base/version.ts`);
    await loadTokenAtStart(`${directory}/src/cli/tree/commands.ts`);
    const install = ["install", "--quiet", "--frozen", "--node-modules-dir=auto"];
    await output(Deno.execPath(), [...install, "--entrypoint", "main.ts"], { cwd: directory });
    return stage;
  } catch (error) {
    await stage[Symbol.asyncDispose]();
    throw error;
  }
}

/** Copies a folder of files. */
export async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copyFolder(`${from}/${name}`, `${to}/${name}`);
    else await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}

async function noteBuild(path: string): Promise<void> {
  const source = await Deno.readTextFile(path);
  const noted = source.replace('"run from source"', JSON.stringify(await build()));
  if (noted === source) throw new Error(`${path} has no place for the commit`);
  await Deno.writeTextFile(path, noted);
}

/**
 * In the bundle `token` is in the file that every start reads anyway (`GROUPS` in bundle.ts); from source it
 * would cost every other command its files.
 */
async function loadTokenAtStart(path: string): Promise<void> {
  const source = await Deno.readTextFile(path);
  const lazy = 'async () => (await import("../../commands/token.ts")).token';
  if (!source.includes(lazy)) throw new Error(`${path} does not load token as expected`);
  const eager = source.replace(lazy, "() => Promise.resolve(token)");
  await Deno.writeTextFile(path, `import { token } from "../../commands/token.ts";\n${eager}`);
}

/** What the sources are: a commit, with or without changes; a checkout without git cannot tell. */
async function build(): Promise<string> {
  const git = (...args: string[]): Promise<string> =>
    output("git", args, { cwd: ROOT }).then((text) => text.trim());
  try {
    const commit = await git("rev-parse", "--short=12", "HEAD");
    const changes = await git(
      "status",
      "--porcelain",
      "--",
      "main.ts",
      "src",
      "deno.json",
      "deno.lock",
    );
    return `commit ${commit}${changes === "" ? "" : " with changes"}`;
  } catch {
    return "commit unknown";
  }
}
