// JSON that is read as text: what is JSON and what is not, and how it is laid out anew.
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { indentJson, isJson, onOneLine, partsOf } from "../../src/api/json_text.ts";
import { hostileText } from "../hostile/hostile_text.ts";

function joined(pieces: Iterable<string>): string {
  return [...pieces].join("");
}

function isParsed(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const MARKS = ["[", "]", "{", "}", ",", ":", '"', "\\", "a", "-", "0", "1", ".", "e", "E", "+"];
const WORDS = [
  '"a"',
  '"\\u00e9"',
  '"\\',
  "true",
  "null",
  "falsee",
  "1.5e-3",
  " ",
  "\n",
  "\t",
  "\v",
];

/** Texts that are nearly JSON. */
const nearly = fc.oneof(
  fc.json(),
  hostileText,
  fc.array(fc.constantFrom(...MARKS, ...WORDS), { maxLength: 12 }).map((parts) => parts.join("")),
  fc.tuple(fc.json(), fc.nat(), fc.constantFrom(...MARKS, ...WORDS)).map(([json, at, mark]) => {
    const cut = at % (json.length + 1);
    return json.slice(0, cut) + mark + json.slice(cut + 1);
  }),
);

Deno.test("a text is JSON exactly when JSON.parse takes it", () => {
  fc.assert(
    fc.property(nearly, (text) => assertEquals(isJson(text), isParsed(text), text)),
    { numRuns: 5_000 },
  );
});

const ODD: readonly string[] = [
  "",
  " ",
  "01",
  "-",
  "1.",
  ".5",
  "1e",
  "+1",
  "NaN",
  "[1,]",
  "[,1]",
  '{"a":1,}',
  '{"a"}',
  "{1:2}",
  '{"a":1 "b":2}',
  "[1 2]",
  "[1]]",
  "[}",
  '"a',
  '"a\\"',
  '"\n"',
  '"\\x"',
  '"\\u12"',
  "\ufeff1",
  "1\u00a0",
  "[1//\n]",
];

for (const text of ODD) {
  Deno.test(`${JSON.stringify(text)} is not JSON`, () => {
    assertEquals([isJson(text), isParsed(text)], [false, false]);
  });
}

Deno.test("nesting has a limit, which is no limit of the stack", () => {
  const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
  assertEquals([isJson(nested(10_000)), isJson(nested(10_001))], [true, false]);
});

Deno.test("on one line a text means the same, and is as long as JSON.stringify would make it", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    const spacious = JSON.stringify(value, undefined, " \n\t");
    assertEquals(joined(onOneLine(spacious)), JSON.stringify(value));
  }));
});

Deno.test("indented lines are those of JSON.stringify", () => {
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
    const expected = JSON.stringify(value, undefined, 2);
    assertEquals(joined(indentJson(JSON.stringify(value))), expected);
    assertEquals(joined(indentJson(expected)), expected);
  }));
});

Deno.test("numbers and escapes stay as they are written", () => {
  const text = '[12345678901234567890.10,1e400,-0.0,"\\u0041\\/"]';
  assertEquals(joined(onOneLine(text)), text);
});

Deno.test("however deep it is, a text gets at most 81 blanks and line breaks a token", () => {
  const deep = "[".repeat(5_000) + "]".repeat(5_000);
  const lines = joined(indentJson(deep));
  assert(lines.length <= deep.length * 82, `${lines.length}`);
  assertEquals(joined(onOneLine(lines)), deep);
});

Deno.test("the parts of a list or an object are its values, in their order", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    const text = JSON.stringify(value, undefined, 1);
    const parts = [...partsOf(text)].map(({ name, text }) => [name, JSON.parse(text)] as const);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    const list = Array.isArray(value) ? value.map((one) => [undefined, one] as const) : [];
    const expected = isObject ? Object.entries(value) : list;
    assertEquals(JSON.stringify(parts), JSON.stringify(expected));
  }));
});

Deno.test("every name of an object has its value, also one that comes twice", () => {
  const parts = [...partsOf(' { "a" : [1, 2] , "b\\u0021": {} , "a" : "," } ')];
  assertEquals(parts, [
    { name: "a", text: "[1, 2]" },
    { name: "b!", text: "{}" },
    { name: "a", text: '","' },
  ]);
});
