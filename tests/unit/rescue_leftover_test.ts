// A rescued login that the store has by now. Rule: what is left of it fails no command, since the tokens are saved.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { removeRescue, setRescueAside } from "../../src/store/shared_rescue.ts";
import { tempDir } from "../support/temp_dir.ts";

Deno.test("a rescued login that cannot be removed is a warning", async () => {
  using dir = tempDir();
  const path = `${dir.path}/default.rescued`;
  Deno.mkdirSync(`${path}/full`, { recursive: true }); // no unlink removes that
  const warnings: string[] = [];
  await removeRescue(path, (text) => warnings.push(text));
  assertEquals(warnings.length, 1);
  assertStringIncludes(warnings[0] ?? "", `Cannot remove ${path}: `);
});

Deno.test("a rescued login that cannot be set aside stays where it is, with a warning", async () => {
  using dir = tempDir();
  const path = `${dir.path}/gone/default.rescued`;
  const warnings: string[] = [];
  assertEquals(await setRescueAside(path, (text) => warnings.push(text)), path);
  assertEquals(warnings.length, 1);
});
