// deno task compile: the one file, for five systems. Rule: each is read back when it is made; whatever is
// inside that is not the bundle, or may do more than the bundle needs, stops the release.

import { parseArgs } from "node:util";
import { type Embedded, readEmbedded } from "./embedded.ts";
import { DIST, filesBelow, ROOT } from "./paths.ts";
import { EVERYTHING, permissionFlags, reachable } from "./permissions.ts";
import { output, say } from "./process.ts";
import { billOfMaterials } from "./sbom.ts";
import { standIn } from "./stand_in.ts";
import { executableName, type Target, targetOf, TARGETS } from "./targets.ts";
import { VERSION } from "../src/base/version.ts";
import { SPECIAL_VARIABLES, VARIABLES } from "../src/system/needs.ts";

/** Of the bundle's files, what is put inside: the program and the licences, no source map. */
const INSIDE = /\.js$|^(package\.json|LICENSE|THIRD_PARTY_LICENSES)$/;

/**
 * Makes the one file for a system from the bundle in a directory, and reads it back.
 *
 * @param isStandIn Deno's own executable from npm takes the place of its runtime, which is to be had on
 * Deno's own server only. What comes of that is for reading back: it cannot be run, and lies in a folder of its own.
 */
export async function compile(dist: string, target: Target, isStandIn: boolean): Promise<string> {
  const path = `${dist}/${isStandIn ? "stand-in/" : ""}${executableName(target)}`;
  const bundle = `${dist}/bundle`;
  const names = (await filesBelow(bundle)).filter((name) => INSIDE.test(name));
  await using runtime = isStandIn ? await standIn(target) : undefined;
  const isWindows = target.name.startsWith("windows");
  await output(Deno.execPath(), [
    "compile",
    ...["--quiet", "--no-check", "--no-config", "--no-lock", "--no-remote", "--no-npm"],
    ...["--no-code-cache", "--app-name", "anaplan-auth", "--target", target.triple],
    ...["--output", path, "--deny-import"],
    ...(isWindows ? ["--icon", `${ROOT}/tools/icon.ico`] : []),
    ...permissionFlags({ ...EVERYTHING, socket: !isWindows }),
    ...names.flatMap((name) => ["--include", `${bundle}/${name}`]),
    `${bundle}/main.js`,
  ], runtime === undefined ? {} : { env: { DENORT_BIN: runtime.path } });
  const embedded = readEmbedded(await Deno.readFile(path));
  const problems = await differences(embedded, bundle, names, isWindows);
  if (problems.length > 0) throw new Error(`${path} is not the bundle: ${problems.join("; ")}`);
  return path;
}

/** What in an executable is not as it should be. */
export async function differences(
  { entrypoint, permissions, files }: Embedded,
  bundle: string,
  names: readonly string[],
  isWindows = false,
): Promise<string[]> {
  const problems: string[] = [];
  if (entrypoint !== "main.js") problems.push(`it starts at ${entrypoint}`);
  for (const name of names) {
    const inside = files.get(name);
    const outside = await Deno.readFile(`${bundle}/${name}`);
    if (inside === undefined) problems.push(`${name} is missing`);
    else if (
      inside.length !== outside.length || !outside.every((byte, at) => byte === inside[at])
    ) {
      problems.push(`${name} differs`);
    }
  }
  for (const name of files.keys()) {
    if (!names.includes(name)) problems.push(`${name} is in it, too`);
  }
  for (const [name, value] of Object.entries(permissions)) {
    if (name === "allow_import") continue; // Deno's own list; `deny_import` goes before it
    const expected = permissionsOf(isWindows)[name] ?? null;
    if (JSON.stringify(value) !== JSON.stringify(expected)) {
      problems.push(`${name} is ${JSON.stringify(value)}`);
    }
  }
  return problems;
}

/** What is baked in, as Deno writes it down: an empty list is everything, null is nothing. */
function permissionsOf(isWindows: boolean): Readonly<Record<string, unknown>> {
  return {
    allow_net: reachable({ socket: !isWindows }), // Windows takes no path as absolute that others take so
    allow_read: [],
    allow_write: [],
    allow_run: [],
    allow_sys: ["uid"],
    allow_env: [...VARIABLES, ...SPECIAL_VARIABLES],
    deny_import: [],
    prompt: false,
  };
}

/** Writes the bill of materials of the bundle, `sbom.cdx.json`. */
export async function writeBill(dist: string): Promise<void> {
  const packages = JSON.parse(await Deno.readTextFile(`${dist}/bundle/packages.json`));
  const lock = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.lock`));
  await Deno.writeTextFile(`${dist}/sbom.cdx.json`, await billOfMaterials(packages, lock));
}

/** Writes `SHA256SUMS` as `sha256sum -c` and `shasum -a 256 -c` read it. */
export async function writeSums(dist: string, paths: readonly string[]): Promise<void> {
  const lines = await Promise.all(paths.map(async (path) => {
    const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(path));
    return `${new Uint8Array(digest).toHex()}  ${path.slice(path.lastIndexOf("/") + 1)}\n`;
  }));
  await Deno.writeTextFile(`${dist}/SHA256SUMS`, lines.join(""));
}

/** The target of the machine that this runs on. */
export function thisTarget(): Target {
  return targetOf(Deno.build.target);
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      target: { type: "string", multiple: true },
      "stand-in": { type: "boolean" },
    },
  });
  const targets = values.target === undefined
    ? TARGETS
    : TARGETS.filter(({ name }) => values.target?.includes(name));
  const made: string[] = [];
  for (const target of targets) {
    const path = await compile(DIST, target, values["stand-in"] === true);
    const size = (await Deno.stat(path)).size;
    made.push(path);
    say(`${path.slice(ROOT.length + 1)}: ${Math.round(size / 1024 / 1024)} MiB, read back`);
  }
  await writeBill(DIST);
  const packed = `${DIST}/anaplan-auth-${VERSION}.tgz`; // of deno task pack, when it was run
  if (await Deno.stat(packed).then(() => true, () => false)) made.push(packed);
  if (values["stand-in"] !== true) await writeSums(DIST, [...made, `${DIST}/sbom.cdx.json`]);
}
