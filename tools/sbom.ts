// The bill of materials (CycloneDX 1.6): each package in the bundle, with its version, license and the hash
// that deno.lock holds. Rule: no time and no random number, so that the same bundle has the same bill.

import "npm:ajv-formats-draft2019@1.6.1"; // what the validator of the next one needs, and does not bring
import { Spec, Validation } from "npm:@cyclonedx/cyclonedx-library@10.3.0";
import { VERSION } from "../src/cli/tree/commands.ts";
import type { Package } from "./packages.ts";
import { ROOT } from "./tool.ts";

/** What deno.lock knows of an npm package. */
interface LockedPackage {
  readonly integrity: string;
  readonly dependencies?: readonly string[];
}

/** What deno.lock knows of npm packages, by `name@version`. */
type Lock = Readonly<Record<"npm", Readonly<Record<string, LockedPackage>>>>;

/**
 * Writes the bill of the bundle in a directory, `sbom.cdx.json`, checked against CycloneDX's own schema.
 *
 * @throws {Error} when a package is not in the lock file, or the bill does not meet the schema.
 */
export async function writeBill(dist: string): Promise<void> {
  const packages: Package[] = JSON.parse(await Deno.readTextFile(`${dist}/bundle/packages.json`));
  const lock: Lock = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.lock`));
  const ids = packages.map(({ id }) => id);
  const program = { type: "application", name: "anaplan-auth", version: VERSION };
  const ref = program.name;
  const bill = {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: { ...program, "bom-ref": ref, licenses: [licenseOf("MIT")] } },
    components: packages.map((each) => componentOf(each, locked(lock, each.id))),
    dependencies: [
      { ref, dependsOn: ids },
      ...ids.map((id) => ({ ref: id, dependsOn: dependenciesOf(locked(lock, id), packages) })),
    ],
  };
  const text = JSON.stringify(bill, undefined, 2) + "\n";
  const problem = await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text);
  if (problem !== null) throw new Error(`The bill is not CycloneDX: ${JSON.stringify(problem)}`);
  await Deno.writeTextFile(`${dist}/sbom.cdx.json`, text);
}

function componentOf({ id, name, version, license }: Package, { integrity }: LockedPackage) {
  const content = Uint8Array.fromBase64(integrity.replace(/^sha512-/, "")).toHex();
  if (content.length !== 128) throw new Error(`No SHA-512: ${integrity}`);
  return {
    type: "library",
    name,
    version,
    "bom-ref": id,
    hashes: [{ alg: "SHA-512", content }],
    licenses: [licenseOf(license)],
    purl: `pkg:npm/${name.replace("@", "%40")}@${version}`,
  };
}

function licenseOf(expression: string): unknown {
  return /^[\w.-]+$/.test(expression) ? { license: { id: expression } } : { expression };
}

/** The lock file names a package, and its version where there are several of it. */
function dependenciesOf({ dependencies = [] }: LockedPackage, packages: readonly Package[]) {
  return packages.filter(({ id, name }) => dependencies.includes(id) || dependencies.includes(name))
    .map(({ id }) => id);
}

/** The lock file's entry; the names of peers may follow the version. */
function locked({ npm }: Lock, id: string): LockedPackage {
  const entry = Object.entries(npm).find(([key]) => key.split("_")[0] === id)?.[1];
  if (entry === undefined) throw new Error(`${id} is in the bundle, but not in deno.lock`);
  return entry;
}
