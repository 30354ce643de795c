// What every tool needs: where the sources are and what is made goes, and how a program is run. Rule: everything
// made goes below dist/, and a program that fails stops the tool.

import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";

/** The checkout. */
export const ROOT: string = dirname(import.meta.dirname ?? "");

/** What is made; not under version control. */
export const DIST = `${ROOT}/dist`;

/** The paths of all files below a directory, sorted. */
export async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(directory, join(parentPath, name)))
    .map((path) => path.replaceAll("\\", "/"))
    .sort();
}

/** Runs a program to its end. @returns what it wrote to stdout; an error holds what it wrote to stderr. */
export async function output(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  const env = { ...Deno.env.toObject(), ...options.env };
  return (await promisify(execFile)(program, args, { ...options, env, maxBuffer: 2 ** 26 })).stdout;
}

/** Prints to the terminal of the tool's user. */
export function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
}
