// The two shapes of the relay: a bookmarklet for an address bar, and a page that loads nothing.
import { assert, assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { relayBookmarklet, relayPageCommand } from "../../src/commands/relay.ts";
import { bookmarklet, relayPage } from "../../src/oauth/relay.ts";
import { fakeContext } from "../support/fake_system.ts";
import { scriptOfBookmarklet, scriptOfPage, visitRelay } from "../support/relay_visit.ts";

Deno.test("a bookmarklet is one line that an address bar takes: printable ASCII without blanks", () => {
  for (const host of ["127.0.0.1", "localhost"] as const) {
    assertMatch(bookmarklet(host), /^javascript:[\x21-\x7e]+$/);
    assertNotMatch(bookmarklet(host), /["<>`]/); // it may be in an attribute of an HTML page
  }
});

Deno.test("a bookmarklet's value is undefined, so that the browser does not show it as a page", () => {
  const script = scriptOfBookmarklet(bookmarklet("127.0.0.1"));
  assertMatch(script, /^\(function\(\)\{.*\}\)\(\)$/);
  const location = { search: "", pathname: "/", replace: () => {} };
  const run = new Function("location", "history", "alert", `return ${script}`);
  assertEquals(run(location, { replaceState: () => {} }, () => {}), undefined);
});

async function hashOf(source: string): Promise<string> {
  const bytes = new TextEncoder().encode(source);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toBase64();
}

Deno.test("the page's policy allows its own style and script by hash, and nothing else", async () => {
  const page = await relayPage("127.0.0.1");
  const [, style = ""] = /<style>(.*)<\/style>/s.exec(page) ?? [];
  const [, policy = ""] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
  assertEquals(policy.split("; "), [
    "default-src 'none'",
    `style-src 'sha256-${await hashOf(style)}'`,
    `script-src 'sha256-${await hashOf(scriptOfPage(page))}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ]);
});

Deno.test("the page's policy is before its style and script, since it does not count for what is before it", async () => {
  const page = await relayPage("127.0.0.1");
  assert(page.indexOf("Content-Security-Policy") < page.indexOf("<style"));
  assert(page.indexOf("Content-Security-Policy") < page.indexOf("<script"));
});

Deno.test("the page loads nothing and links nowhere", async () => {
  const page = await relayPage("localhost");
  assertNotMatch(page, /\b(src|href|srcset|action|data|poster)\s*=/i);
  assertNotMatch(page, /<(link|img|iframe|object|embed|form)\b|@import|url\(/i);
  assertNotMatch(page, /fetch|XMLHttpRequest|sendBeacon|WebSocket|import\s*\(/);
});

Deno.test("the page sends no Referer and asks not to be indexed", async () => {
  const page = await relayPage("127.0.0.1");
  assertMatch(page, /<meta name="referrer" content="no-referrer">/);
  assertMatch(page, /<meta name="robots" content="noindex">/);
});

Deno.test("the page says on itself what the bookmarklet says in a box", async () => {
  const { told } = visitRelay(scriptOfPage(await relayPage("127.0.0.1")), "?code=x");
  assertEquals(told, ["There is no answer for anaplan-auth on this page."]);
});

Deno.test("relay bookmarklet prints the bookmarklet alone, byte for byte, and says what to do with it", async () => {
  const context = fakeContext();
  const { text, kind, data } = await relayBookmarklet({}, context);
  assertEquals([text, kind], [bookmarklet("127.0.0.1"), "verbatim"]);
  assertEquals(data, { bookmarklet: text });
  assertMatch(context.talk.said.join("\n"), /bookmark/);
});

Deno.test("relay page prints the page alone, byte for byte", async () => {
  const { text, kind, data } = await relayPageCommand({}, fakeContext());
  assertEquals([`${text}\n`, kind], [await relayPage("127.0.0.1"), "verbatim"]);
  assertEquals(data, { page: text });
});

Deno.test("--host localhost makes both lead to localhost", async () => {
  const flags = { host: "localhost" } as const;
  assertEquals((await relayBookmarklet(flags, fakeContext())).text, bookmarklet("localhost"));
  assertMatch((await relayPageCommand(flags, fakeContext())).text, /https:\/\/localhost:/);
});
