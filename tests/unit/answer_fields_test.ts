// The fields of an OAuth answer, however the server wrapped them.
import { assert, assertEquals } from "@std/assert";
import { answerFields, hasToken } from "../../src/oauth/answer_fields.ts";

const TOKENS = { access_token: "a{,}", refresh_token: 'r"\\', expires_in: 2100 };
const JSON_TEXT = JSON.stringify(TOKENS);

const WRAPPED: Readonly<Record<string, string>> = {
  "alone": JSON_TEXT,
  "before another document": `${JSON_TEXT}\n{"trace":"x"}`,
  "behind another document": `{"trace":"x"}\n${JSON_TEXT}`,
  "behind a prefix against hijacking": `)]}',\n${JSON_TEXT}`,
  "in a call": `callback(${JSON_TEXT});`,
  "in a list": `[${JSON_TEXT}]`,
  "before a damaged field": `${JSON_TEXT.slice(0, -1)},"bad":NaN}`,
  "before a comma too many": `${JSON_TEXT.slice(0, -1)},}`,
  "before a field that breaks off": `${JSON_TEXT.slice(0, -1)},"scope":["open`,
};
for (const [where, text] of Object.entries(WRAPPED)) {
  Deno.test(`tokens ${where} are found, all of them`, () => {
    assertEquals(answerFields(text), TOKENS);
  });
}

Deno.test("a form is read like JSON, and the last value of one that broke off is not", () => {
  const form = "access_token=a%2Bb&refresh_token=r&expires_in=2100";
  assertEquals(answerFields(`${form}\n`), {
    access_token: "a+b",
    refresh_token: "r",
    expires_in: "2100",
  });
  assertEquals(answerFields("access_token=a&refresh_tok=ha", true), { access_token: "a" });
});

Deno.test("of an object that breaks off anywhere, only fields that came whole are given", () => {
  const whole = { a: 'x,"}y', list: [1, { b: "," }], n: 2100, last: "end" };
  const text = JSON.stringify(whole);
  let most = 0;
  for (let length = 0; length < text.length; length++) {
    const found = answerFields(text.slice(0, length)) ?? {};
    assertEquals(
      found,
      Object.fromEntries(Object.entries(whole).slice(0, Object.keys(found).length)),
    );
    most = Math.max(most, Object.keys(found).length);
  }
  assertEquals(most, 4, "the last field is whole before the brace comes");
});

Deno.test("what is no object and no form has no fields", () => {
  const texts = ["", "[1,", "<html>,", '"a,', "{", '"{}"', "null", "a page = a"];
  for (const text of texts) assertEquals(answerFields(text), undefined, text);
});

Deno.test("a web page has no fields, whatever its scripts hold", () => {
  assertEquals(answerFields(`\n<html><script>x = ${JSON_TEXT}</script>`), undefined);
  assertEquals(answerFields("<a href=x?access_token=a>"), undefined);
});

Deno.test("a megabyte of any sign has no token", () => {
  for (const sign of ["{", "[", "}", '"', "{,", '\\"', '{"', "{}", "a=", "{]", '{"a":1,']) {
    const text = sign.repeat(2 ** 20 / sign.length);
    for (const end of ["", "\\"]) assert(!hasToken(answerFields(text + end) ?? {}), sign);
  }
});
