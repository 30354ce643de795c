// Lines for people: wrapped.
import { assert, assertEquals } from "@std/assert";
import { wrapped } from "../../src/base/lines.ts";

Deno.test("wrapped() breaks at blanks, as late as the width allows", () => {
  assertEquals(wrapped("one two three", 7), ["one two", "three"]);
  assertEquals(wrapped("one two three", 6), ["one", "two", "three"]);
  assertEquals(wrapped("one two three", 80), ["one two three"]);
});

Deno.test("wrapped() keeps a word whole that is longer than the line", () => {
  const url = "https://as.example.com/authorize";
  assertEquals(wrapped(`see ${url} now`, 10), ["see", url, "now"]);
});

Deno.test("wrapped() loses no word and no order", () => {
  const text = "a bb ccc dddd eeeee ffffff";
  for (let width = 1; width < 30; width++) {
    const lines = wrapped(text, width);
    assertEquals(lines.join(" "), text);
    assert(lines.every((line) => line.length <= width || !line.includes(" ")));
  }
});
