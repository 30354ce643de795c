// The mutations fit the source as it is now, so that `deno task mutations` is not found stale months later.
import { assertEquals } from "@std/assert";
import { parseSync } from "npm:rolldown@1.3.2/utils";
import { applyMutation, MUTATIONS } from "./mutations.ts";

const ROOT = new URL("../", import.meta.url);

for (const mutation of MUTATIONS) {
  Deno.test(`the place of a mutation is in the source exactly once: ${mutation.what}`, async () => {
    const source = await Deno.readTextFile(new URL(mutation.file, ROOT));
    assertEquals(parseSync(mutation.file, applyMutation(source, mutation)).errors, []);
    for (const test of mutation.tests) await Deno.stat(new URL(test, ROOT));
  });
}
