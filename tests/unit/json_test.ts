// JSON that others wrote is read field by field, and never quoted.
import { assertEquals, assertThrows } from "@std/assert";
import { asObject, field, objectField, onlyDefined, parseObject } from "../../src/base/json.ts";

Deno.test("field() gives a value of the asked type only", () => {
  const fields = { text: "1", number: 1, no: false, nothing: null };
  assertEquals(field(fields, "text", "string"), "1");
  assertEquals(field(fields, "number", "number"), 1);
  assertEquals(field(fields, "no", "boolean"), false);
  assertEquals(field(fields, "text", "number"), undefined);
  assertEquals(field(fields, "nothing", "string"), undefined);
  assertEquals(field(fields, "missing", "string"), undefined);
});

Deno.test("an array, null and a text are no JSON objects", () => {
  for (const value of [[], null, "{}", 1, undefined]) assertEquals(asObject(value), undefined);
  assertEquals(objectField({ list: [], inner: { a: 1 } }, "inner"), { a: 1 });
  assertEquals(objectField({ list: [] }, "list"), undefined);
});

Deno.test("parseObject() says what a text is not, and never quotes it", () => {
  const damaged = assertThrows(() => parseObject('{"accessToken": "hush-hush'), Error);
  assertEquals([damaged.message, damaged.cause], ["it is not JSON", undefined]);
  const list = assertThrows(() => parseObject('["hush-hush"]'), Error);
  assertEquals(list.message, "it is not a JSON object");
});

Deno.test("onlyDefined() leaves out what is undefined and nothing else", () => {
  const value = { a: undefined, b: null, c: false, d: 0, e: "" };
  assertEquals(Object.keys(onlyDefined(value)), ["b", "c", "d", "e"]);
});
