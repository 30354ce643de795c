// Runs a program that a tool needs. Rule: what fails stops the tool, with what the program said.

import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** Runs it to its end. @returns what it wrote to stdout. */
export async function output(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  const env = { ...Deno.env.toObject(), ...options.env };
  return (await promisify(execFile)(program, args, { ...options, env, maxBuffer: 2 ** 26 })).stdout;
}

/** Tells the person who runs the tool. */
export function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
}
