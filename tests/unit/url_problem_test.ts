// What keeps a text from being an endpoint. Rule: the short way for plain addresses says what the URL parser says.
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { isLoopbackHost, urlProblem } from "../../src/base/urls.ts";

/** What the URL parser says, in one word. */
function parsed(text: string): string {
  if (!URL.canParse(text)) return "no URL";
  const { protocol, hostname, hash } = new URL(text);
  if (protocol !== "https:" && !(protocol === "http:" && isLoopbackHost(hostname))) return "plain";
  return hash === "" ? "" : "fragment";
}

Deno.test("an address that is taken without the URL parser is one that the parser accepts", () => {
  const label = fc.stringMatching(/^[a-z0-9_-]{1,6}$/);
  const host = fc.oneof(
    fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join(".")),
    fc.constantFrom("127.0.0.1", "127.0.0.999", "1.2.3", "xn--a", "a..b", "[::1]", "a@b", "a b"),
  );
  const port = fc.oneof(fc.constant(""), fc.integer({ min: 0, max: 99_999 }).map((n) => `:${n}`));
  const path = fc.stringMatching(/^(\/[a-z0-9./_?#%-]{0,8})?$/);
  const scheme = fc.constantFrom("https://", "http://", "HTTPS://", "ftp://", "https:/");
  const text = fc.tuple(scheme, host, port, path).map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, (text) => {
      assertEquals(urlProblem(text) === undefined, parsed(text) === "", text);
    }),
    { numRuns: 5_000 },
  );
});

Deno.test("an Anaplan endpoint and one of this computer are endpoints, and plain HTTP elsewhere is none", () => {
  for (
    const text of ["https://us1a.app.anaplan.com/oauth/token", "https://127.0.0.1:8443/callback"]
  ) {
    assertEquals(urlProblem(text), undefined);
  }
  assertEquals(urlProblem("http://a.example/"), "it needs https://");
  assertEquals(urlProblem("https://a.example:99999/"), "it is not a URL");
});
