// Which packages are in the bundle, and under which licenses. Rule: asked of the files that the bundler
// put in, so that nothing that is only used by tests is named and nothing that is shipped is missing.

/** A package, by what it calls itself. */
export interface NamedPackage {
  readonly name: string;
  readonly version: string;
  /** As a lock file names it: `name@version`. */
  readonly id: string;
  /** An SPDX expression. */
  readonly license: string;
}

/** A package that is in the bundle, and where its files are. */
export interface Package extends NamedPackage {
  readonly directory: string;
}

/** The packages that these modules come from, sorted. */
export async function packagesOf(moduleIds: readonly string[]): Promise<Package[]> {
  const directories = new Set(
    moduleIds.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id)?.[0] ?? []),
  );
  const packages = await Promise.all(Array.from(directories, async (directory) => {
    const { name, version, license = "NOASSERTION" } = JSON.parse(
      await Deno.readTextFile(`${directory}/package.json`),
    );
    return { name, version, id: `${name}@${version}`, license: String(license), directory };
  }));
  return packages.sort((a, b) => a.id < b.id ? -1 : 1);
}

/** The text of every package's own license files. */
export async function thirdPartyLicences(packages: readonly Package[]): Promise<string> {
  const parts = await Promise.all(packages.map(async ({ name, version, license, directory }) => {
    const body = await licenceTexts(directory) || "(The package has no licence file of its own.)";
    return `${name} ${version} (${license})\n${"-".repeat(80)}\n${body}\n`;
  }));
  const title = "The packages that anaplan-auth contains, and their licences.\n";
  return [title, ...parts].join(`\n${"=".repeat(80)}\n`);
}

async function licenceTexts(directory: string): Promise<string> {
  const files = (await Array.fromAsync(Deno.readDir(directory)))
    .filter(({ name, isFile }) => isFile && /^(licen[cs]e|notice|copying)\b/i.test(name))
    .map(({ name }) => `${directory}/${name}`).sort();
  const texts = await Promise.all(files.map((path) => Deno.readTextFile(path)));
  return texts.map((text) => text.trim()).join("\n\n");
}
