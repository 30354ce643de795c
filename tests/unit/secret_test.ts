// A secret stays out of every text that is made by accident.
import { assert, assertEquals } from "@std/assert";
import { format, inspect } from "node:util";
import { Secret } from "../../src/base/secret.ts";

const VALUE = "hush-hush";
const SECRET = new Secret(VALUE);

const TEXTS: Readonly<Record<string, () => string>> = {
  "String()": () => String(SECRET),
  "a template": () => `${SECRET}`,
  "concatenation": () => "" + SECRET,
  "JSON": () => JSON.stringify({ token: SECRET, list: [SECRET] }),
  "Deno.inspect": () => Deno.inspect({ token: SECRET, deep: [[SECRET]] }),
  "Deno.inspect of hidden fields": () => Deno.inspect(SECRET, { showHidden: true, getters: true }),
  "node:util inspect": () => inspect({ token: SECRET }, { showHidden: true, depth: 9 }),
  "console formatting": () => format("%s %o %O %j %d %i", ...Array(6).fill(SECRET)),
  "an error's message": () => new Error(`no ${SECRET}`).message,
  "an inspected error's cause": () => Deno.inspect(new Error("no", { cause: { token: SECRET } })),
  "its own fields": () => JSON.stringify([Object.entries(SECRET), { ...SECRET }]),
};

for (const [name, text] of Object.entries(TEXTS)) {
  Deno.test(`a Secret is not shown by ${name}`, () => {
    assert(!text().includes(VALUE), text());
  });
}

Deno.test("a Secret says [secret] wherever it is printed", () => {
  assertEquals(`${SECRET}`, "[secret]");
  assertEquals(JSON.stringify({ token: SECRET }), '{"token":"[secret]"}');
  assertEquals(Deno.inspect(SECRET), "[secret]");
});

Deno.test("reveal() gives the value back as it was", () => {
  assertEquals(new Secret(" ä\n").reveal(), " ä\n");
});

Deno.test("equals() compares values, not objects", () => {
  assert(SECRET.equals(new Secret(VALUE)));
  assert(!SECRET.equals(new Secret("other")));
  assert(!SECRET.equals(undefined));
});
