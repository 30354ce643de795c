// The headers of a call: the user's, but for those that carry the token or frame the message.
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { callHeaders } from "../../src/provider/api_headers.ts";
import { CliError } from "../../src/base/errors.ts";
import { hostileText } from "../hostile/hostile_text.ts";

Deno.test("a body is JSON unless a header says otherwise", () => {
  assertEquals(callHeaders([], true), [["content-type", "application/json"]]);
  assertEquals(callHeaders([], false), []);
  assertEquals(callHeaders(["CONTENT-TYPE: text/csv"], true), [["CONTENT-TYPE", "text/csv"]]);
});

Deno.test("a header is given on without the blanks around its value, and may be empty", () => {
  const texts = ["Accept:text/csv", "X-A: \t b c ", "X-Empty:", "X-Latin: caf\xe9"];
  const [accept, blanks, empty, latin] = callHeaders(texts, false);
  assertEquals(accept, ["Accept", "text/csv"]);
  assertEquals(blanks, ["X-A", "b c"]);
  assertEquals(empty, ["X-Empty", ""]);
  assertEquals(latin, ["X-Latin", "caf\xe9"]);
});

for (
  const name of ["Authorization", "HOST", "content-length", "Transfer-Encoding", "Accept-Encoding"]
) {
  Deno.test(`${name} is not the user's to give`, () => {
    const error = assertThrows(() => callHeaders([`${name}: hush`], false), CliError, name);
    assertEquals(error.kind, "usage");
    assert(!error.message.includes("hush"));
  });
}

for (
  const text of ["", "Accept", ": x", "A b: c", "X: a\r\nHost: evil", "X: \x1b[2J", "X: \u20ac"]
) {
  Deno.test(`${JSON.stringify(text)} is no header`, () => {
    assertEquals(assertThrows(() => callHeaders([text], false), CliError).kind, "usage");
  });
}

Deno.test("what is no header is not repeated: its end may be secret", () => {
  const error = assertThrows(() => callHeaders(["Authorization Bearer hush"], false), CliError);
  assert(!error.message.includes("hush"), error.message);
});

Deno.test("whatever is given, the headers are such as fetch takes, and none carries a token", () => {
  fc.assert(fc.property(hostileText, hostileText, (name, value) => {
    try {
      const all = callHeaders([`${name}:${value}`], false);
      const headers = new Headers(all.map(([name, value]): [string, string] => [name, value]));
      assert(!headers.has("authorization") && !headers.has("host"));
    } catch (error) {
      assert(error instanceof CliError && error.kind === "usage", String(error));
    }
  }));
});
