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
  "behind a raw line break in a text": `{"msg":"a\nb",${JSON_TEXT.slice(1)}`,
  "behind a damaged value": `{"bad":NaN,"worse":"\\x",${JSON_TEXT.slice(1)}`,
  "in an object of another": `{"data":${JSON_TEXT}}`,
  "deep in others": `{"ok":true,"result":[{"token":${JSON_TEXT}}]}`,
  "beside those that are empty": `${JSON_TEXT.slice(0, -1)},"data":{"refresh_token":""}}`,
  "before the same name without a token": `${JSON_TEXT.slice(0, -1)},"refresh_token":null}`,
  "in a text that is JSON": JSON.stringify(JSON_TEXT),
  "behind a notice of PHP": `<br />\n<b>Notice</b>: x in <b>/t.php</b><br />\n${JSON_TEXT}\n`,
  "in a text of an object, as gateways send it": JSON.stringify({
    statusCode: 200,
    body: JSON_TEXT,
  }),
  "in UTF-16": `\ufffd${[...JSON_TEXT].join("\0")}\0`,
};
for (const [where, text] of Object.entries(WRAPPED)) {
  Deno.test(`tokens ${where} are found, all of them`, () => {
    const { access_token, refresh_token, expires_in } = answerFields(text) ?? {};
    assertEquals({ access_token, refresh_token, expires_in }, TOKENS);
  });
}

Deno.test("a name counts however a server spells it", () => {
  for (
    const [access, refresh] of [["Access_Token", "REFRESH_TOKEN"], ["accessToken", "refreshToken"]]
  ) {
    assertEquals(answerFields(`{"${access}":"a","${refresh}":"r"}`)?.refresh_token, "r");
  }
  assertEquals(answerFields("{'access_token':'a','refresh_token':'r'}")?.refresh_token, "r");
});

Deno.test("a refresh token in an object of another comes with all that is beside it", () => {
  const text = '{"access_token":"a","scope":["x"],"more":{"refresh_token":"r"}}';
  const { access_token, scope, refresh_token } = answerFields(text) ?? {};
  assertEquals([access_token, scope, refresh_token], ["a", ["x"], "r"]);
});

Deno.test("a new refresh token counts before the one that was sent and is repeated", () => {
  const sent = '"request":{"refresh_token":"old"}';
  const came = '"response":{"access_token":"a","refresh_token":"new"}';
  for (const text of [`{${sent},${came}}`, `{${came},${sent}}`]) {
    assertEquals(answerFields(text, { sent: ["old"] })?.refresh_token, "new");
  }
});

Deno.test("an error that repeats what was sent has no token", () => {
  const error = '{"error":"invalid_grant","request":{"refresh_token":"old"}}';
  const inText = JSON.stringify({ error: "invalid_grant", request: '{"refresh_token":"old"}' });
  for (const text of [error, inText]) {
    assert(!hasToken(answerFields(text, { sent: ["old"] }) ?? {}), text);
  }
});

Deno.test("a form is read like JSON, and the last value of one that broke off is not", () => {
  const form = "access_token=a%2Bb&refresh_token=r&expires_in=2100";
  assertEquals(answerFields(`${form}\n`), {
    access_token: "a+b",
    refresh_token: "r",
    expires_in: "2100",
  });
  const cut = answerFields("access_token=a&refresh_tok=ha", { isCut: true });
  assertEquals(cut, { access_token: "a" });
});

Deno.test("a form with signs that ought to be encoded is read as it is meant", () => {
  const texts = [
    "access_token=a&refresh_token=r&scope=a b&expires_in=2100",
    "scope={a}&access_token=a&refresh_token=r",
    "access_token=a\r\nrefresh_token=r\r\n",
    'user={"id":1}&access_token=a&refresh_token=r',
  ];
  for (const text of texts) {
    const { access_token, refresh_token } = answerFields(text) ?? {};
    assertEquals([access_token, refresh_token], ["a", "r"], text);
  }
});

Deno.test("of an object that breaks off anywhere, only values that came whole are given", () => {
  const whole = { a: 'x,"}y', n: 2100, last: "end" };
  const text = `{"a":"x,\\"}y","list":[1,{"n":2100}],"last":"end"}`;
  let most = 0;
  for (let length = 0; length < text.length; length++) {
    const found = answerFields(text.slice(0, length)) ?? {};
    assertEquals(
      found,
      Object.fromEntries(Object.entries(whole).slice(0, Object.keys(found).length)),
    );
    most = Math.max(most, Object.keys(found).length);
  }
  assertEquals(most, 3, "the last value is whole before the brace comes");
});

Deno.test("what is no object and no form has no fields", () => {
  const texts = ["", "[1,", "<html>,", '"a,', "{", '""', "null", "a page = a"];
  for (const text of texts) assertEquals(answerFields(text), undefined, text);
});

Deno.test("a web page has no fields, whatever its scripts hold", () => {
  assertEquals(answerFields(`\n<html><script>x = ${JSON_TEXT}</script>`), undefined);
  assertEquals(answerFields("<a href=x?access_token=a>"), undefined);
});

Deno.test("a megabyte of any sign has no token", () => {
  for (
    const sign of [
      "{",
      "[",
      "}",
      '"',
      "{,",
      '\\"',
      '{"',
      "{}",
      "a=",
      "{]",
      '{"a":1,',
      '"a":"',
      '"a":\'\\',
    ]
  ) {
    const text = sign.repeat(2 ** 20 / sign.length);
    for (const end of ["", "\\"]) assert(!hasToken(answerFields(text + end) ?? {}), sign);
  }
});
