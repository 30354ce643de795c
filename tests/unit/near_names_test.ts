// What a person may have meant.
import { assertEquals } from "@std/assert";
import { nearNames } from "../../src/base/near_names.ts";

Deno.test("nearNames() gives names at most two edits away, and of them the nearest", () => {
  assertEquals(nearNames("produciton", ["prod", "production", "test"]), ["production"]);
  assertEquals(nearNames("us11", ["eu3", "us2", "us1", "ap1"]), ["us1"]);
});

Deno.test("nearNames() does not mind upper case", () => {
  assertEquals(nearNames("EU1", ["eu1"]), ["eu1"]);
});

Deno.test("nearNames() does not offer a name of which nothing is left", () => {
  assertEquals(nearNames("xy", ["ab", "a"]), []);
});
