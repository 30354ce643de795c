// What is kept out of the words that a server answers with: everything secret that it was sent.
import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { maskFields, maskParameters, parseJsonWithout, secretsIn } from "../../src/base/masking.ts";

/** The words as they are shown without the secrets. */
function shown(words: string, ...secrets: string[]): unknown {
  return parseJsonWithout(secrets, JSON.stringify(words));
}

Deno.test("a secret is masked wherever it is, at any depth, and the rest stays", () => {
  const body = { error: "x", count: 7, list: ["no hush", { inner: "hush, hush" }], none: null };
  assertEquals(parseJsonWithout(["hush"], JSON.stringify(body)), {
    error: "x",
    count: 7,
    list: ["no [secret]", { inner: "[secret], [secret]" }],
    none: null,
  });
});

Deno.test("a secret is masked raw, percent-encoded and form-encoded, in either case", () => {
  for (const form of ["a/b c+d~e", "a%2Fb%20c%2Bd~e", "a%2fb%20c%2bd~e", "a%2Fb+c%2Bd%7Ee"]) {
    assertEquals(shown(`before ${form} after`, "a/b c+d~e"), "before [secret] after");
  }
});

Deno.test("a secret is masked as JSON, HTML and base64 have it", () => {
  const secret = 's<per&sec"ret';
  const forms = [
    's<per&sec\\"ret',
    "s&lt;per&amp;sec&quot;ret",
    btoa(secret),
    btoa(secret).replace(/=+$/, ""),
  ];
  for (const form of forms) {
    assertEquals(String(shown(`before ${form}`, secret)).replace(/=+$/, ""), "before [secret]");
  }
  assertEquals(shown("before fn4_fn4-", "~~?~~>"), "before [secret]");
});

Deno.test("a secret that holds another one is masked as a whole, and a mask is not masked", () => {
  assertEquals(shown("hush-hush", "hush", "hush-hush"), "[secret]");
  assertEquals(shown("secret and hush", "secret", "hush"), "[secret] and [secret]");
});

Deno.test("what steers a pattern is only text in a secret", () => {
  assertEquals(shown("xxxx .*.* ($1)", ".*.*", "($1)"), "xxxx [secret] [secret]");
});

Deno.test("what is shorter than a secret can be masks nothing", () => {
  assertEquals(shown("The answer is no", "", "a", "the", "no"), "The answer is no");
});

Deno.test("a text that is no JSON is no JSON, whatever is masked", () => {
  assertThrows(() => parseJsonWithout(["hush"], "<p>hush"), SyntaxError);
  assertThrows(() => parseJsonWithout([], ""), SyntaxError);
});

Deno.test("no secret of any characters is left in the words around it", () => {
  const secret = fc.string({ minLength: 4, unit: "grapheme" }).filter((text) =>
    !"[secret]".includes(text)
  );
  fc.assert(fc.property(secret, fc.string(), fc.string(), (secret, before, after) => {
    const words = String(shown(`${before}${secret}${after}`, secret));
    const mayJoin = words.replaceAll("[secret]", "\0"); // what is around a mask may look alike
    assertEquals(mayJoin.includes(secret), false);
  }));
});

Deno.test("the secrets in a request are its form's values and its credentials, but for what is known", () => {
  const body = new URLSearchParams({
    grant_type: "refresh_token",
    client_id: "a-client",
    redirect_uri: "https://127.0.0.1:8443/callback",
    scope: "openid email",
    refresh_token: "a refresh token",
    anything_new: "new",
  });
  const headers = { authorization: "Bearer YTpi", accept: "application/json" };
  assertEquals(secretsIn({ headers, body: `${body}` }), ["a refresh token", "new", "YTpi"]);
  assertEquals(secretsIn({}), []);
});

Deno.test("credentials of the scheme Basic hide the client secret as it was sent and as it is", () => {
  const credentials = btoa("a%3Aclient:hush%2F+1");
  const headers = { authorization: `Basic ${credentials}` };
  assertEquals(secretsIn({ headers }), [credentials, "hush%2F+1", "hush/ 1"]);
  assertEquals(secretsIn({ headers: { authorization: "Basic ?" } }), ["?"]);
});

Deno.test("what is invisible inside a secret does not hide it", () => {
  for (const invisible of ["\u200b", "\u00ad", "\u2060", "\ufe0f", "\u{e0001}", "\x1b", "\n"]) {
    assertEquals(shown(`no ${[..."hush"].join(invisible)}!`, "hush"), "no [secret]!");
  }
});

Deno.test("an answer keeps what it issued, and its words repeat none of it", () => {
  const issued = { access_token: "an-access", refresh_token: "hush-hush", device_code: "a-device" };
  const words = {
    token_type: "an-access",
    scope: ["hush-hush", 7, "openid"],
    user_code: "a-device",
    expires_in: Infinity,
  };
  assertEquals(maskFields(["hush-hush"], { ...issued, ...words, more: { than: "flat" } }), {
    ...issued,
    token_type: "[secret]",
    scope: ["[secret]", "openid"],
    user_code: "[secret]",
    expires_in: Number.MAX_VALUE,
  });
});

Deno.test("a parameter is shown by its name, and by its value where that is known to be none", () => {
  const parameters = new URLSearchParams({ grant_type: "x", refresh_token: "hush" });
  assertEquals(maskParameters(parameters), ["grant_type=x", "refresh_token=[secret]"]);
});
