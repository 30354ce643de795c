// deno task compile: the one file, for five systems. Rule: each is read back when it is made; whatever is
// inside that is not the bundle, or may do more than the bundle needs, stops the release.

import { Buffer } from "node:buffer";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { type Embedded, readEmbedded } from "./embedded.ts";
import { DIST, filesBelow, output, ROOT, say } from "./tool.ts";
import { EVERYTHING, permissionFlags, permissionSet } from "./permissions.ts";
import { writeBill } from "./sbom.ts";
import { executableName, type Target, TARGETS, withStandIn } from "./targets.ts";
import { VERSION } from "../src/cli/tree/commands.ts";

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
  const isWindows = target.name.startsWith("windows");
  const args = [
    "compile",
    ...["--quiet", "--no-check", "--no-config", "--no-lock", "--no-remote", "--no-npm"],
    ...["--no-code-cache", "--app-name", "anaplan-auth", "--target", target.triple],
    ...["--output", path, "--deny-import"],
    ...(isWindows ? ["--icon", `${ROOT}/tools/icon.ico`] : []),
    ...permissionFlags({ ...EVERYTHING, socket: !isWindows }),
    ...names.flatMap((name) => ["--include", `${bundle}/${name}`]),
    `${bundle}/main.js`,
  ];
  const make = (env: Record<string, string> = {}): Promise<string> =>
    output(Deno.execPath(), args, { env });
  await (isStandIn ? withStandIn(target, (DENORT_BIN) => make({ DENORT_BIN })) : make());
  const problems = await differences(
    readEmbedded(await Deno.readFile(path)),
    bundle,
    names,
    isWindows,
  );
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
    else if (Buffer.compare(inside, outside) !== 0) problems.push(`${name} differs`);
  }
  for (const name of files.keys()) {
    if (!names.includes(name)) problems.push(`${name} is also in it`);
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
    ...Object.fromEntries(
      // Windows takes no path as absolute that others take so
      Object.entries(permissionSet({ ...EVERYTHING, socket: !isWindows }))
        .map(([kind, value]) => [`allow_${kind}`, value === true ? [] : value]),
    ),
    allow_run: [],
    deny_import: [],
    prompt: false,
  };
}

/** Writes `SHA256SUMS` as `sha256sum -c` and `shasum -a 256 -c` read it. */
export async function writeSums(dist: string, paths: readonly string[]): Promise<void> {
  const lines = await Promise.all(paths.map(async (path) => {
    const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(path));
    return `${new Uint8Array(digest).toHex()}  ${basename(path)}\n`;
  }));
  await Deno.writeTextFile(`${dist}/SHA256SUMS`, lines.join(""));
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    args: Deno.args,
    options: { target: { type: "string", multiple: true }, "stand-in": { type: "boolean" } },
  });
  const { target: names, "stand-in": isStandIn = false } = values;
  const made: string[] = [];
  for (const target of TARGETS.filter(({ name }) => names?.includes(name) ?? true)) {
    const path = await compile(DIST, target, isStandIn);
    made.push(path);
    const size = Math.round((await Deno.stat(path)).size / 2 ** 20);
    say(`${path.slice(ROOT.length + 1)}: ${size} MiB, read back`);
  }
  await writeBill(DIST);
  const packed = `${DIST}/anaplan-auth-${VERSION}.tgz`; // of deno task pack, when it was run
  if (await Deno.stat(packed).then(() => true, () => false)) made.push(packed);
  if (!isStandIn) await writeSums(DIST, [...made, `${DIST}/sbom.cdx.json`]);
}

if (import.meta.main) await main();
