// The page that the browser ends on: true, escaped, and without anything that runs or is loaded.
import { formatWords } from "../../src/base/words.ts";
import { assert, assertEquals, assertNotMatch } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import {
  failedPage,
  FINISHED_PAGE,
  MALFORMED_PAGE,
  type Page,
  pageResponse,
  signedInPage,
  UNKNOWN_STATE_PAGE,
  waitingResponse,
} from "../../src/oauth/page.ts";
import { bookmarklet } from "../../src/oauth/relay.ts";

const PAGES: Readonly<Record<string, Page>> = {
  "signed in": signedInPage({
    server: "Anaplan",
    who: "Ada Lovelace, ada@example.com",
    place: "us1, profile default",
  }),
  "declined": failedPage(
    new CliError("denied", "Cannot sign in", { oauthError: "access_denied" }),
    formatWords,
  ),
  "failed": failedPage(
    new CliError("unavailable", "Cannot reach x", { next: "try again" }),
    formatWords,
  ),
  "an unknown state": UNKNOWN_STATE_PAGE,
  "a malformed answer": MALFORMED_PAGE,
  "a second answer": FINISHED_PAGE,
};

const STATUSES: Readonly<Record<string, number>> = {
  "signed in": 200,
  "declined": 403,
  "failed": 502,
  "an unknown state": 400,
  "a malformed answer": 400,
  "a second answer": 400,
};

for (const [what, page] of Object.entries(PAGES)) {
  Deno.test(`the page for ${what} has its status and may not be cached`, async () => {
    const { status, headers, body } = await pageResponse(page);
    await body?.cancel();
    assertEquals(status, STATUSES[what]);
    assertEquals(headers.get("cache-control"), "no-store");
    assertEquals(headers.get("connection"), "close");
    assertEquals(headers.get("referrer-policy"), "no-referrer");
    assertEquals(headers.get("x-content-type-options"), "nosniff");
    assertEquals(headers.get("content-type"), "text/html; charset=utf-8");
  });

  Deno.test(`the page for ${what} runs and loads nothing`, async () => {
    const html = await (await pageResponse(page)).text();
    assertNotMatch(html, /<script|<link|<img|<iframe|<form|\son\w+=|url\(|@import|https?:/i);
  });
}

Deno.test("the policy forbids everything but the page's own style, by its hash", async () => {
  const response = await pageResponse(UNKNOWN_STATE_PAGE);
  const [, style = ""] = /<style>(.*)<\/style>/s.exec(await response.text()) ?? [];
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
  const policy = response.headers.get("content-security-policy")?.split("; ") ?? [];
  assertEquals(policy.sort(), [
    "base-uri 'none'",
    "default-src 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    `style-src 'sha256-${new Uint8Array(digest).toBase64()}'`,
  ]);
});

Deno.test("every text on a page is escaped", async () => {
  const evil = `</title></style><script>"'&`;
  const page = { status: 502, heading: evil, sentence: evil, small: evil } as const;
  const html = await (await pageResponse(page)).text();
  const safe = "&lt;/title&gt;&lt;/style&gt;&lt;script&gt;&quot;&#39;&amp;";
  assertEquals(html.split(safe).length, 5); // title, heading, sentence, small line
  assert(!html.includes("<script>"));
});

Deno.test("the listener's own page has the bookmarklet as a link, and a policy under which it does not run", async () => {
  const redirectUri = "https://www.anaplan.com/";
  const response = await waitingResponse({ redirectUri, bookmarklet: bookmarklet("localhost") });
  assertEquals(response.headers.get("content-security-policy")?.includes("script-src"), false);
  const [, href = ""] = /<a href="([^"]+)">Finish the sign-in<\/a>/.exec(await response.text()) ??
    [];
  assertEquals(href.replaceAll("&#39;", "'").replaceAll("&amp;", "&"), bookmarklet("localhost"));
});
