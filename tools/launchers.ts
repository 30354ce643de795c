// What starts the bundle: a shell script, and the same for Node where there is no shell. Rule: the narrow
// permissions stand in both, and nothing of a configuration that lies around is read.

import { EVERYTHING, permissionFlags } from "./permissions.ts";

/** How the bundle is run, wherever it lies. */
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

/** Windows takes no such path as absolute, and Deno then does not start. */
function withoutSocket(flag: string): string {
  const [socket] = /,unix:.*/.exec(flag) ?? [];
  if (socket === undefined) return "";
  return `.replace(process.platform === "win32" ? ${JSON.stringify(socket)} : "", "")`;
}

/**
 * The launcher for every system with a shell, for `bin/` beside `bundle/`. It becomes Deno itself, so that
 * signals, streams and the exit code are Deno's.
 *
 * @param deno the Deno that is run when npm has put none beside it.
 */
export function shellLauncher(deno: string): string {
  return `#!/bin/sh
# Starts anaplan-auth with the Deno that npm has put beside it, if there is one.
self=$0
case $self in */*) ;; *) self=./$self ;; esac
while [ -L "$self" ]; do
  link=$(readlink "$self")
  case $link in
    /*) self=$link ;;
    *) self=\${self%/*}/$link ;;
  esac
done
home=$(CDPATH= cd -- "\${self%/*}/.." && pwd -P) || exit 1
deno='${deno}'
look_in() {
  for found in "$1"/@deno/*/deno; do [ -x "$found" ] && deno=$found; done
}
case $home in */node_modules/*) look_in "\${home%/*}" ;; esac
look_in "$home/node_modules"
exec "$deno" ${RUN_FLAGS.map((flag) => /^[\w=-]+$/.test(flag) ? flag : `'${flag}'`).join(" ")} \\
  "$home/bundle/main.js" "$@"
`;
}

/** The launcher for Node: it passes on streams, signals and the exit code. */
export function nodeLauncher(): string {
  return `#!/usr/bin/env node
// Starts anaplan-auth with the Deno that npm has put beside it. Where there is a shell, install.js puts a
// script in this file's place: that starts without Node.
"use strict";
const { spawn } = require("node:child_process");
const { constants } = require("node:os");
const { dirname, join } = require("node:path");

const PACKAGES = ["linux-x64-glibc", "linux-arm64-glibc", "darwin-x64", "darwin-arm64", "win32-x64", "win32-arm64"];

function findDeno() {
  const resolve = (name) => require.resolve(name, { paths: [dirname(require.resolve("deno/package.json"))] });
  for (const name of PACKAGES) {
    try {
      const directory = dirname(resolve("@deno/" + name + "/package.json"));
      return join(directory, process.platform === "win32" ? "deno.exe" : "deno");
    } catch {
      // made for another system
    }
  }
  return "deno";
}

const child = spawn(findDeno(), [
${RUN_FLAGS.map((flag) => `  ${JSON.stringify(flag)}${withoutSocket(flag)},`).join("\n")}
  join(__dirname, "../bundle/main.js"),
  ...process.argv.slice(2),
], { stdio: "inherit" });
// A terminal sends Ctrl-C to both; what was sent to this process alone is passed on.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => signal === "SIGINT" && process.stdin.isTTY ? undefined : child.kill(signal));
}
child.on("error", (error) => {
  console.error("Cannot start Deno: " + error.message + ".\\nNext: npm install -g anaplan-auth");
  process.exitCode = 1;
});
child.on("exit", (code, signal) => {
  process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
});
`;
}

/** What npm runs after an installation, where it may: puts the quick launcher in place. */
export function installScript(): string {
  return `"use strict";
// Puts the shell launcher in the place of Node's, where there is a shell: Node alone takes longer to start
// than the whole program. Without this step everything works, only later.
const { copyFileSync } = require("node:fs");
const { join } = require("node:path");
if (process.platform !== "win32") {
  copyFileSync(join(__dirname, "bin/anaplan-auth.sh"), join(__dirname, "bin/anaplan-auth"));
}
`;
}
