// deno task pack: the npm package, dist/anaplan-auth-VERSION.tgz. Rule: the bundle as it is, what starts it,
// and Deno itself as the only dependency, at the one version that everything was tested with.

import { rm } from "node:fs/promises";
import { VERSION } from "../src/cli/tree/commands.ts";
import { makeBundle } from "./bundle.ts";
import { installScript, nodeLauncher, shellLauncher } from "./launchers.ts";
import { DIST, output, ROOT, say } from "./tool.ts";

const MANIFEST = {
  name: "anaplan-auth",
  version: VERSION,
  description: "Sign in to Anaplan from the command line, and stay signed in",
  license: "MIT",
  bin: { "anaplan-auth": "bin/anaplan-auth" },
  scripts: { postinstall: "node install.js" },
  dependencies: { deno: Deno.version.deno },
  engines: { node: ">=18" },
};

/** Makes the package from nothing and leaves it in the directory. @returns its path. */
export async function pack(dist: string): Promise<string> {
  const directory = `${dist}/npm`;
  await rm(directory, { recursive: true, force: true });
  await makeBundle(directory);
  const texts = {
    "package.json": JSON.stringify(MANIFEST, undefined, 2) + "\n",
    "install.js": installScript(),
    "bin/anaplan-auth": nodeLauncher(),
    "bin/anaplan-auth.sh": shellLauncher("deno"),
  };
  for (const [name, text] of Object.entries(texts)) {
    await Deno.writeTextFile(`${directory}/${name}`, text);
    if (name.startsWith("bin/")) await Deno.chmod(`${directory}/${name}`, 0o755);
  }
  for (const name of ["README.md", "LICENSE", "CHANGELOG.md"]) {
    await Deno.copyFile(`${ROOT}/${name}`, `${directory}/${name}`);
  }
  const name = await output("npm", ["pack", "--silent", "--pack-destination", dist], {
    cwd: directory,
  });
  return `${dist}/${name.trim()}`;
}

if (import.meta.main) say((await pack(DIST)).slice(ROOT.length + 1));
