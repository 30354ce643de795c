// What a case says about the disk after a command.
// Rule: looks with its own eyes, never through the program.
import { assertEquals } from "@std/assert";
import type { World } from "./case_world.ts";

type Check = (world: World, ...parts: string[]) => Promise<void> | void;

const CHECKS: readonly (readonly [RegExp, Check])[] = [
  [/^no login is stored$/, async ({ home }) => {
    assertEquals(await home.credentials(), undefined);
  }],
  [/^a login is stored(?: \(profile (\S+)\))?$/, async ({ home }, profile) => {
    const login = await home.credentials(profile || undefined);
    assertEquals(typeof login?.accessToken, "string");
  }],
  [/^the login is (not )?sealed(?: \(profile (\S+)\))?$/, async ({ home }, not, profile) => {
    const { version } = JSON.parse(
      await Deno.readTextFile(home.credentialsFile(profile || undefined)),
    );
    assertEquals(version, not ? 1 : 2);
  }],
  [/^~\/(\S+) still contains (.*)$/, async ({ home }, path, text) => {
    assertEquals(await Deno.readTextFile(`${home.path}/${path}`), text);
  }],
  [/^~\/(\S+) has mode (\d+)$/, async ({ home }, path, mode) => {
    const info = await Deno.stat(`${home.path}/${path}`);
    assertEquals(((info.mode ?? 0) & 0o777).toString(8), mode);
  }],
];

/** Makes sure that a `then` line is true. */
export async function check(world: World, line: string): Promise<void> {
  for (const [pattern, holds] of CHECKS) {
    const found = pattern.exec(line);
    if (found !== null) return await holds(world, ...found.slice(1).map((part) => part ?? ""));
  }
  throw new Error(`There is no check for: then ${line}`);
}
