// The page that the browser ends on: true, escaped, and without anything that runs or is loaded.
import { formatWords, piecesOf, run, shell, type Words, words } from "../../src/base/words.ts";
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotMatch,
  assertStringIncludes,
} from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import {
  correctedPage,
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

Deno.test("a failure that is corrected in the terminal sends there, and advises nothing else", () => {
  const error = new CliError("denied", "Cannot sign in: no", {
    reason: "no",
    next: "check --client-id",
  });
  const { sentence, small } = correctedPage(error);
  assertEquals([sentence, small], ["No.", "Continue in the terminal."]);
});

Deno.test("a page without a small line has no empty paragraph", async () => {
  const page = failedPage(new CliError("unavailable", "Cannot reach x"), formatWords);
  assertNotMatch(await (await pageResponse(page)).text(), /<p><\/p>/);
});

Deno.test("who signed in is named with region and profile, or the page says only that the login is saved", () => {
  const shown = { server: "Anaplan", place: "us1, profile default" };
  const { heading, sentence, detail } = signedInPage({ ...shown, who: "Ada Lovelace" });
  assertEquals([heading, sentence, detail], [
    "You are signed in to Anaplan",
    "Ada Lovelace",
    "us1, profile default",
  ]);
  assertEquals(signedInPage({ ...shown, who: undefined }).sentence, "The login is saved.");
});

Deno.test("a failure's page carries the terminal's two lines", () => {
  const page = failedPage(
    new CliError("denied", "Cannot sign in: no", { next: "do this" }),
    formatWords,
  );
  assertEquals([page.sentence, formatWords(page.small)], ["Cannot sign in: no.", "Next: do this"]);
});

Deno.test("a failure's page has the terminal's full stop, and not a second one", () => {
  const sentence = (message: string): string =>
    failedPage(new CliError("denied", message), formatWords).sentence;
  assertEquals([sentence("No: it is old."), sentence("No; did you mean x?")], [
    "No: it is old.",
    "No; did you mean x?",
  ]);
});

Deno.test("a page names commands as the user types them", () => {
  const typed = (text: Words): string => formatWords(text, "deno task");
  for (const oauthError of ["access_denied", "invalid_grant"]) {
    const error = new CliError("denied", "no", { oauthError, next: run("login") });
    assertEquals(piecesOf(failedPage(error, typed).small).at(-1), shell("deno task login"));
  }
});

Deno.test("a command on a page is alone in a code element, ready to be copied", async () => {
  const error = new CliError("denied", "no", {
    next: words`${run("login --profile 'a<b'")}, and finish in the newest window`,
  });
  assertStringIncludes(
    await (await pageResponse(failedPage(error, formatWords))).text(),
    '<p class="small">Next: <code tabindex="0">anaplan-auth login --profile &#39;a&lt;b&#39;</code>, and finish',
  );
});

Deno.test("a text that looks like a command is none on a page", async () => {
  const error = new CliError("denied", "no", {
    next: "`anaplan-auth logout`, or anaplan-auth login",
  });
  const html = await (await pageResponse(failedPage(error, formatWords))).text();
  assertNotMatch(html, /<code>/);
});

Deno.test("only a command that is too long for a phone takes the keyboard, to be scrolled", async () => {
  const html = async (profile: string): Promise<string> => {
    const error = new CliError("denied", "no", { next: run("login", { profile }) });
    return await (await pageResponse(failedPage(error, formatWords))).text();
  };
  assertStringIncludes(await html("eu"), "<code>anaplan-auth");
  assertStringIncludes(
    await html("europe-test"),
    '<code tabindex="0">anaplan-auth',
  );
});

Deno.test("the listener's own page has no button when the answer comes to this computer", async () => {
  const response = await waitingResponse(undefined);
  const html = await response.text();
  assertEquals(response.status, 200);
  assertMatch(html, /<h1>anaplan-auth is waiting for your sign-in<\/h1>/);
  assertNotMatch(html, /<script|<a |https?:/i);
});

Deno.test("the listener's own page has the bookmarklet as a link, and a policy under which it does not run", async () => {
  const redirectUri = "https://www.anaplan.com/";
  const response = await waitingResponse({ redirectUri, bookmarklet: bookmarklet("localhost") });
  assertEquals(response.headers.get("content-security-policy")?.includes("script-src"), false);
  const [, href = ""] = /<a href="([^"]+)">Finish the sign-in<\/a>/.exec(await response.text()) ??
    [];
  assertEquals(href.replaceAll("&#39;", "'").replaceAll("&amp;", "&"), bookmarklet("localhost"));
});

Deno.test("a page says its language, its width and its heading", async () => {
  const html = await (await pageResponse(UNKNOWN_STATE_PAGE)).text();
  assertMatch(html, /<html lang="en">/);
  assertMatch(html, /<meta name="viewport" content="width=device-width/);
  assertMatch(html, /<title>This page belongs to another sign-in · anaplan-auth<\/title>/);
});

Deno.test("the shape of the mark shows what happened, as well as its color", async () => {
  const shapes = new Map<number, string>();
  for (const page of Object.values(PAGES)) {
    const [, shape = ""] = /<path d="([^"]+)"/.exec(await (await pageResponse(page)).text()) ?? [];
    shapes.set(page.status, shape);
  }
  assertEquals([new Set(shapes.values()).size, shapes.size], [4, 4]);
});
