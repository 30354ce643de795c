// The systems that the one file is made for. Rule: the name that a download has, Deno's name for the
// system, and where npm has a Deno for it, which can replace Deno's runtime so that what is made can be
// read back; that is never shipped.

import { output } from "./tool.ts";

/** A system that the one file is made for. */
export interface Target {
  /** As in the name of the download. */
  readonly name: string;
  /** As `deno compile --target` knows it. */
  readonly triple: string;
  /** The npm package with Deno for this system. */
  readonly denoPackage: string;
}

/** All of them. */
export const TARGETS: readonly Target[] = [
  { name: "linux-x64", triple: "x86_64-unknown-linux-gnu", denoPackage: "@deno/linux-x64-glibc" },
  {
    name: "linux-arm64",
    triple: "aarch64-unknown-linux-gnu",
    denoPackage: "@deno/linux-arm64-glibc",
  },
  { name: "macos-x64", triple: "x86_64-apple-darwin", denoPackage: "@deno/darwin-x64" },
  { name: "macos-arm64", triple: "aarch64-apple-darwin", denoPackage: "@deno/darwin-arm64" },
  { name: "windows-x64", triple: "x86_64-pc-windows-msvc", denoPackage: "@deno/win32-x64" },
];

/** The name of the one file for a system. */
export function executableName({ name }: Target): string {
  return `anaplan-auth-${name}${name.startsWith("windows") ? ".exe" : ""}`;
}

/** Works with this Deno for its own system; for another one npm's package of the same version is unpacked. */
export async function withStandIn(
  { triple, denoPackage }: Target,
  work: (path: string) => Promise<unknown>,
): Promise<void> {
  if (triple === Deno.build.target) return void await work(Deno.execPath());
  const directory = await Deno.makeTempDir({ prefix: "anaplan-auth-deno-" });
  try {
    const wanted = `${denoPackage}@${Deno.version.deno}`;
    const to = ["--pack-destination", directory];
    const packed = await output("npm", ["pack", "--silent", ...to, wanted]);
    await output("tar", ["-xzf", `${directory}/${packed.trim()}`, "-C", directory]);
    await work(`${directory}/package/${triple.includes("windows") ? "deno.exe" : "deno"}`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
