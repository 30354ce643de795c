// The bill of materials (CycloneDX 1.6): each package in the bundle, with its version, licence and the hash
// that deno.lock holds. Rule: no time and no random number, so that the same bundle has the same bill.

import { Enums, Models, Serialize, Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { VERSION } from "../src/base/version.ts";
import type { NamedPackage } from "./packages.ts";

/** What deno.lock knows of npm packages, by `name@version`. */
export interface Lock {
  readonly npm: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly integrity: string;
  readonly dependencies?: readonly string[];
}

/**
 * The bill as JSON text, checked against CycloneDX's own schema.
 *
 * @throws {Error} when a package is not in the lock file, or the bill does not meet the schema.
 */
export async function billOfMaterials(
  packages: readonly NamedPackage[],
  lock: Lock,
): Promise<string> {
  const bill = new Models.Bom();
  const program = new Models.Component(Enums.ComponentType.Application, "anaplan-auth", {
    version: VERSION,
    bomRef: "anaplan-auth",
    licenses: new Models.LicenseRepository([new Models.SpdxLicense("MIT")]),
  });
  bill.metadata.component = program;
  const components = new Map(packages.map((each) => [each.id, componentOf(each, lock)]));
  for (const [id, component] of components) {
    bill.components.add(component);
    program.dependencies.add(component.bomRef);
    for (const name of locked(lock, id).dependencies ?? []) {
      const dependency = components.get(name) ??
        [...components.values()].find((candidate) => candidate.name === name);
      if (dependency !== undefined) component.dependencies.add(dependency.bomRef);
    }
  }
  const serializer = new Serialize.JsonSerializer(
    new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6),
  );
  const text = serializer.serialize(bill, { sortLists: true, space: 2 }) + "\n";
  const problem = await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text);
  if (problem !== null) throw new Error(`The bill is not CycloneDX: ${JSON.stringify(problem)}`);
  return text;
}

function componentOf(
  { id, name, version, license }: NamedPackage,
  lock: Lock,
): Models.Component {
  const [scope, base = scope] = name.startsWith("@") ? name.split("/") : [undefined, name];
  return new Models.Component(Enums.ComponentType.Library, name, {
    version,
    bomRef: id,
    purl: `pkg:npm/${scope === undefined ? "" : `${encodeURIComponent(scope)}/`}${base}@${version}`,
    licenses: new Models.LicenseRepository([licenceOf(license)]),
    hashes: new Models.HashDictionary([hashOf(locked(lock, id).integrity)]),
  });
}

function licenceOf(expression: string): Models.SpdxLicense | Models.LicenseExpression {
  return /^[\w.-]+$/.test(expression)
    ? new Models.SpdxLicense(expression)
    : new Models.LicenseExpression(expression);
}

/** The lock file's entry; the names of peers may stand behind the version. */
function locked({ npm }: Lock, id: string): LockedPackage {
  const key = Object.keys(npm).find((candidate) => candidate.split("_")[0] === id);
  const entry = key === undefined ? undefined : npm[key];
  if (entry === undefined) throw new Error(`${id} is in the bundle, but not in deno.lock`);
  return entry;
}

function hashOf(integrity: string): [Enums.HashAlgorithm, string] {
  const [, base64 = ""] = /^sha512-(.+)$/.exec(integrity) ?? [];
  const bytes = Uint8Array.fromBase64(base64);
  if (bytes.length !== 64) throw new Error(`No SHA-512: ${integrity}`);
  return [Enums.HashAlgorithm["SHA-512"], bytes.toHex()];
}
