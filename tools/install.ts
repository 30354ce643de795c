// deno task install: puts `anaplan-auth` where Deno puts its programs, with the bundle of this checkout.
// Rule: the same flags as every other way to run the bundle, and the last words are what to type next.

import { loadingLine } from "../tests/sandbox/loading.ts";
import { RUN_FLAGS } from "./launchers.ts";
import { DIST, output, say } from "./tool.ts";
import config from "../deno.json" with { type: "json" };

const ALLOW_NET = "--allow-net=";
const IS_WINDOWS = Deno.build.os === "windows";

/**
 * The arguments of Deno that install a bundle.
 *
 * @param root where to put `bin/installed`, instead of `anaplan-auth` where Deno puts its programs.
 * @param hosts what the program may reach besides Anaplan and this computer: `HOST:PORT`, `unix:PATH`.
 */
export function installArguments(
  main: string,
  { root, hosts = [] }: { readonly root?: string; readonly hosts?: readonly string[] } = {},
): string[] {
  const flags = RUN_FLAGS.slice(1).map((flag) =>
    flag.startsWith(ALLOW_NET) ? [flag, ...hosts].join(",") : flag
  );
  const place = root === undefined
    ? ["--name", "anaplan-auth"]
    : ["--name", "installed", "--root", root];
  return ["install", "--global", "--force", ...place, ...flags, main];
}

/** The hosts of `--allow-net=HOST:PORT,…`, such as a login store's; undefined if an argument is another one. */
export function hostsOf(args: readonly string[]): string[] | undefined {
  if (!args.every((arg) => arg.startsWith(ALLOW_NET))) return undefined;
  return args.flatMap((arg) => arg.slice(ALLOW_NET.length).split(",")).filter((host) =>
    host !== ""
  );
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

async function install(hosts: readonly string[]): Promise<void> {
  const line = loadingLine();
  const { makeBundle } = await import("./bundle.ts");
  line[Symbol.dispose]();
  await makeBundle(DIST);
  await output(Deno.execPath(), installArguments(`${DIST}/bundle/main.js`, { hosts }));
  say(installedText(binDirectory(), Deno.env.get("PATH") ?? ""));
}

if (import.meta.main) {
  const hosts = hostsOf(Deno.args);
  if (hosts === undefined) {
    const lines =
      "Cannot install: unknown argument\nNext: deno task install [--allow-net=HOST:PORT]\n";
    Deno.stderr.writeSync(new TextEncoder().encode(lines));
    Deno.exit(2);
  }
  await install(hosts);
}
