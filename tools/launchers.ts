// What starts the bundle: a shell script, and the same for Node where there is no shell. Rule: the narrow
// permissions are in both, and nothing of a configuration that lies around is read.

import { ROOT } from "./tool.ts";
import { EVERYTHING, permissionFlags, PROXY_FLAG } from "./permissions.ts";

/** How the bundle is run, wherever it is. */
export const RUN_FLAGS: readonly string[] = [
  "run",
  "--quiet",
  "--no-config",
  "--no-lock",
  "--no-remote",
  "--no-npm",
  "--unstable-lazy-dynamic-imports", // else every lazy file is read at every start
  ...permissionFlags(EVERYTHING),
];

/**
 * The launcher for every system with a shell, for `bin/` beside `bundle/`. It becomes Deno itself, so that
 * signals, streams and the exit code are Deno's.
 *
 * @param deno the Deno that is run when npm has put none beside it.
 */
export function shellLauncher(deno: string): string {
  const flags = RUN_FLAGS.map((flag) => /^[\w=-]+$/.test(flag) ? flag : `'${flag}'`).join(" ");
  return launcher("anaplan-auth.sh").replace("@DENO@", () => deno).replace("@FLAGS@", () => flags)
    .replace("@PROXY_FLAG@", PROXY_FLAG);
}

/** The launcher for Node: it passes on streams, signals and the exit code. */
export function nodeLauncher(): string {
  return launcher("anaplan-auth.cjs").replace('["@FLAGS@"]', () => JSON.stringify(RUN_FLAGS))
    .replace("@PROXY_FLAG@", PROXY_FLAG);
}

/** What npm runs after an installation, where it may: puts the quick launcher in place. */
export function installScript(): string {
  return launcher("install.cjs");
}

function launcher(name: string): string {
  return Deno.readTextFileSync(`${ROOT}/tools/launchers/${name}`);
}
