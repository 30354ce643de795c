// Which packages are in the bundle, and under which licenses. Rule: asked of the files that the bundler
// put in, so that nothing that is only used by tests is named and nothing that is shipped is missing.

/** A package that is in the bundle. */
export interface Package {
  readonly name: string;
  readonly version: string;
  /** As a lock file names it: `name@version`. */
  readonly id: string;
  /** An SPDX expression. */
  readonly license: string;
}

/** The packages that these modules come from, sorted, and the text of every package's own license files. */
export async function packagesOf(
  moduleIds: readonly string[],
): Promise<{ packages: Package[]; licences: string }> {
  const directories = new Set(
    moduleIds.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id)?.[0] ?? []),
  );
  const found = await Promise.all(Array.from(directories, async (directory) => {
    const { name, version, license = "NOASSERTION" } = JSON.parse(
      await Deno.readTextFile(`${directory}/package.json`),
    );
    const text = await licenceText(directory) || "(The package has no licence file of its own.)";
    const title = `${name} ${version} (${license})\n${"-".repeat(80)}`;
    const named = { name, version, id: `${name}@${version}`, license: String(license) };
    return { named, part: `${title}\n${text}\n` };
  }));
  found.sort((a, b) => a.named.id < b.named.id ? -1 : 1);
  const title = "The packages that anaplan-auth contains, and their licences.\n";
  const parts = [title, ...found.map(({ part }) => part)];
  return {
    packages: found.map(({ named }) => named),
    licences: parts.join(`\n${"=".repeat(80)}\n`),
  };
}

async function licenceText(directory: string): Promise<string> {
  const paths = (await Array.fromAsync(Deno.readDir(directory)))
    .filter(({ name, isFile }) => isFile && /^(licen[cs]e|notice|copying)\b/i.test(name))
    .map(({ name }) => `${directory}/${name}`).sort();
  const texts = await Promise.all(paths.map((path) => Deno.readTextFile(path)));
  return texts.map((text) => text.trim()).join("\n\n");
}
