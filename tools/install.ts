// deno task install: puts `anaplan-auth` where Deno puts its programs, with the bundle of this checkout.
// Rule: the same flags as every other way to run the bundle, and the last words are what to type next.

import { loadingLine } from "../tests/sandbox/loading.ts";
import { RUN_FLAGS } from "./launchers.ts";
import { DIST, output, say } from "./tool.ts";
import config from "../deno.json" with { type: "json" };

const IS_WINDOWS = Deno.build.os === "windows";

/** The arguments of Deno that install a bundle; below `root/bin` as `installed` when one is given. */
export function installArguments(main: string, root?: string): string[] {
  const [, ...flags] = RUN_FLAGS;
  const place = root === undefined
    ? ["--name", "anaplan-auth"]
    : ["--name", "installed", "--root", root];
  return ["install", "--global", "--force", ...place, ...flags, main];
}

/** Where Deno puts programs; `DENO_INSTALL_ROOT` may name another place. */
function binDirectory(): string {
  const home = Deno.env.get(IS_WINDOWS ? "USERPROFILE" : "HOME") ?? "";
  return `${Deno.env.get("DENO_INSTALL_ROOT") ?? `${home}/.deno`}/bin`;
}

/** What was installed, whether a shell finds it and Deno, and what to type. */
export function installedText(bin: string, path: string): string {
  const directories = path.split(IS_WINDOWS ? ";" : ":").map((each) => each.replace(/[\\/]+$/, ""));
  const lines = [
    `Installed anaplan-auth ${config.version} in ${bin}. It runs from this clone: keep it.`,
  ];
  // npx adds its own Deno to the PATH of what it runs, and another terminal does not find that one
  if (!directories.some((each) => !/[\\/]_npx[\\/]/.test(each) && hasDeno(each))) {
    const install = `npm install --global deno@${Deno.version.deno}`;
    lines.push(`It needs Deno on your PATH. To put it there: ${install}`);
  }
  if (directories.includes(bin)) return [...lines, "Next: anaplan-auth login"].join("\n");
  const [place, next] = IS_WINDOWS
    ? ["Path", `$env:Path = "${bin};$env:Path"; anaplan-auth login`]
    : ["PATH", `export PATH="${bin}:$PATH" && anaplan-auth login`];
  const keep = IS_WINDOWS ? "Environment variables, in Settings" : "your shell's profile";
  lines.push(
    `That directory is not on your ${place}. To put it there for every shell, change ${keep}.`,
  );
  return [...lines, `Next: ${next}`].join("\n");
}

function hasDeno(directory: string): boolean {
  try {
    return Deno.statSync(`${directory}/deno${IS_WINDOWS ? ".exe" : ""}`).isFile;
  } catch {
    return false;
  }
}

if (import.meta.main) {
  const line = loadingLine();
  const { makeBundle } = await import("./bundle.ts");
  line[Symbol.dispose]();
  await makeBundle(DIST);
  await output(Deno.execPath(), installArguments(`${DIST}/bundle/main.js`));
  say(installedText(binDirectory(), Deno.env.get("PATH") ?? ""));
}
