// deno task install: puts `anaplan-auth` where Deno puts its programs, with the bundle of this checkout.
// Rule: the same flags as every other way to run the bundle, and the last words are what to type next.

import { loadingLine } from "../tests/sandbox/loading.ts";
import { fitLines, glued } from "../src/base/lines.ts";
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

/** Where the text is read. */
export interface Reader {
  /** What `~` is; nothing is shortened without. */
  readonly home?: string | undefined;
  /** How wide the terminal is. */
  readonly width?: number;
  /** The program of the user's shell, from `SHELL`. */
  readonly shell?: string | undefined;
}

/** What was installed, whether a shell finds it and Deno, and what to type; no command is broken. */
export function installedText(
  bin: string,
  path: string,
  { home = "", width = Infinity, shell }: Reader = {},
): string {
  const directories = path.split(IS_WINDOWS ? ";" : ":").map((each) => each.replace(/[\\/]+$/, ""));
  const isBelow = !IS_WINDOWS && home !== "" && bin.startsWith(`${home}/`);
  const short = (as: string): string => isBelow ? as + bin.slice(home.length) : bin;
  const lines = [
    `Installed anaplan-auth ${config.version} in ${short("~")}. It runs from this clone: keep it.`,
  ];
  // npx adds its own Deno to the PATH of what it runs, and another terminal does not find that one
  if (!directories.some((each) => !/[\\/]_npx[\\/]/.test(each) && hasDeno(each))) {
    const install = glued(`npm install --global deno@${Deno.version.deno}`);
    lines.push(`It needs Deno on your PATH. To put it there: ${install}`);
  }
  let next = "anaplan-auth login";
  if (!directories.includes(bin)) {
    const place = IS_WINDOWS ? "Path" : "PATH";
    const every = IS_WINDOWS
      ? "change Environment variables, in Settings."
      : `type:\n${glued(everyShell(short("$HOME"), shell))}`;
    lines.push(`That directory is not on your ${place}. To put it there for every shell, ${every}`);
    next = IS_WINDOWS
      ? `$env:Path = "${bin};$env:Path"; ${next}`
      : `export PATH="${short("$HOME")}:$PATH" && ${next}`;
  }
  return fitLines([...lines, glued(`Next: ${next}`)].join("\n"), width);
}

/** The line that puts the directory on the PATH of each new shell, as the user's shell reads it. */
function everyShell(bin: string, shell = ""): string {
  if (/\/fish$/.test(shell)) return `fish_add_path "${bin}"`;
  const file = /\/(bash|zsh)$/.exec(shell)?.[1];
  const start = file === undefined ? "~/.profile" : `~/.${file}rc`;
  return `echo 'export PATH="${bin}:$PATH"' >> ${start}`;
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
  const width = Deno.stdout.isTerminal() ? Deno.consoleSize().columns : Infinity;
  const reader = { home: Deno.env.get("HOME"), width, shell: Deno.env.get("SHELL") };
  say(installedText(binDirectory(), Deno.env.get("PATH") ?? "", reader));
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
