// Deno's own executable for another system, from npm. Rule: it stands in for Deno's runtime where that
// cannot be had, so that what is made can be read back; it is never shipped.

import { output } from "./process.ts";
import type { Target } from "./targets.ts";

/** An executable on this disk; removed on disposal when it was fetched. */
export interface StandIn extends AsyncDisposable {
  readonly path: string;
}

/** This Deno for its own system; for another one npm's package of the same version is unpacked. */
export async function standIn({ triple, denoPackage }: Target): Promise<StandIn> {
  if (triple === Deno.build.target) {
    return { path: Deno.execPath(), [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const directory = await Deno.makeTempDir({ prefix: "anaplan-auth-deno-" });
  const packed = await output("npm", [
    ...["pack", "--silent", "--pack-destination", directory],
    `${denoPackage}@${Deno.version.deno}`,
  ]);
  await output("tar", ["-xzf", `${directory}/${packed.trim()}`, "-C", directory]);
  const name = triple.includes("windows") ? "deno.exe" : "deno";
  return {
    path: `${directory}/package/${name}`,
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}
