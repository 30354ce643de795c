#!/usr/bin/env node
// Starts anaplan-auth with the Deno that npm has put beside it. Where there is a shell, install.js puts a
// script in this file's place: that starts without Node.
"use strict";
const { spawn } = require("node:child_process");
const { constants } = require("node:os");
const { dirname, join } = require("node:path");
const process = require("node:process");

const FLAGS = ["@FLAGS@"];

// Windows takes no such path as absolute, and Deno then does not start.
function forThisSystem(flag) {
  return process.platform === "win32" ? flag.replace(/,unix:[^,]*/, "") : flag;
}

const PACKAGES = [
  "linux-x64-glibc",
  "linux-arm64-glibc",
  "darwin-x64",
  "darwin-arm64",
  "win32-x64",
  "win32-arm64",
];

function findDeno() {
  const resolve = (name) =>
    require.resolve(name, { paths: [dirname(require.resolve("deno/package.json"))] });
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
  ...FLAGS.map(forThisSystem),
  ...(process.argv[2] === "proxy" ? ["@PROXY_FLAG@"] : []),
  join(__dirname, "../bundle/main.js"),
  ...process.argv.slice(2),
], { stdio: "inherit" });
// A terminal sends Ctrl-C to both; what was sent to this process alone is passed on.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(
    signal,
    () => signal === "SIGINT" && process.stdin.isTTY ? undefined : child.kill(signal),
  );
}
child.on("error", (error) => {
  process.stderr.write(`Cannot start Deno: ${error.message}.\nNext: npm install -g anaplan-auth\n`);
  process.exitCode = 1;
});
child.on("exit", (code, signal) => {
  process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
});
