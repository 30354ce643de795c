// The redirection endpoint on this computer: what it accepts, what it refuses, and when it answers.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { isState } from "../../src/oauth/loopback.ts";
import { type Page, signedInPage } from "../../src/oauth/page.ts";
import { responseQuery, someAttempt } from "../support/oauth.ts";
import { isSettled, visit } from "../support/redirection.ts";

const PAGE: Page = signedInPage({
  server: "Anaplan",
  who: "Ada Lovelace, ada@example.com",
  place: "us1, profile default",
});

Deno.test("the right answer is accepted as it came", async () => {
  const { endpoint, comeBack, attempt } = await visit();
  const page = comeBack({ code: "a-code", iss: "https://as.example.com", later: "1" });
  const { method, parameters } = await endpoint.answer;
  assertEquals(method, "loopback");
  assertEquals(Object.fromEntries(parameters), {
    state: attempt.state.reveal(),
    code: "a-code",
    iss: "https://as.example.com",
    later: "1",
  });
  endpoint.reply(PAGE);
  assertEquals((await page).status, 200);
});

Deno.test("the browser's reply is held until the outcome is known, and then tells it", async () => {
  const { endpoint, comeBack } = await visit();
  const page = comeBack();
  const answer = await endpoint.answer;
  assertEquals(await isSettled(page), false);
  answer.reply({ ...PAGE, status: 502, heading: "The sign-in failed" });
  const response = await page;
  assertEquals(response.status, 502);
  assertStringIncludes(await response.text(), "<h1>The sign-in failed</h1>");
});

Deno.test("a reload repeats the answer, before the outcome and after it", async () => {
  const { endpoint, comeBack } = await visit();
  const pages = [comeBack(), comeBack()];
  (await endpoint.answer).reply(PAGE);
  pages.push(comeBack());
  for (const page of pages) assertStringIncludes(await (await page).text(), "Ada Lovelace");
});

Deno.test("a second answer is not used, and says so once the first has come to its end", async () => {
  const { endpoint, comeBack } = await visit();
  const page = comeBack({ code: "a-code" });
  const { parameters } = await endpoint.answer;
  const injected = comeBack({ code: "injected" });
  const declined = comeBack({ error: "access_denied" });
  assertEquals(await isSettled(injected), false); // finished is what it says, so it waits until that is true
  assertEquals(parameters.get("code"), "a-code");
  endpoint.reply(PAGE);
  assertEquals((await page).status, 200);
  for (const second of [injected, declined, comeBack({ code: "late" })]) {
    const response = await second;
    assertEquals(response.status, 400);
    const html = await response.text();
    assertStringIncludes(html, "This sign-in is already finished");
    assert(!html.includes("Ada Lovelace"));
  }
});

Deno.test("after a paste, another answer of the browser is the second one", async () => {
  const { endpoint, attempt, comeBack } = await visit();
  endpoint.take(responseQuery(attempt, { code: "pasted" }));
  endpoint.reply(PAGE);
  assertEquals((await comeBack({ code: "pasted", iss: "https://as.example.com" })).status, 200);
  assertEquals((await comeBack({ code: "other" })).status, 400);
});

Deno.test("an error with the right state is an answer", async () => {
  const { endpoint, comeBack } = await visit();
  const page = comeBack({ error: "access_denied", error_description: "no" });
  assertEquals((await endpoint.answer).parameters.get("error"), "access_denied");
  endpoint.reply(PAGE);
  await page;
});

Deno.test("a page that was promised elsewhere is shown to a browser that comes later", async () => {
  const { endpoint, comeBack } = await visit();
  endpoint.reply(PAGE); // a paste was first
  assertStringIncludes(await (await comeBack()).text(), "Ada Lovelace");
});

const UNKNOWN: Readonly<Record<string, string>> = {
  "a wrong state": "/callback?code=c&state=wrong",
  "no state": "/callback?code=c",
  "an empty state": "/callback?code=c&state=",
  "a forged error": "/callback?error=access_denied&state=wrong",
  "a forged error without a state": "/callback?error=access_denied",
  "nothing at all": "/callback",
};
for (const [what, path] of Object.entries(UNKNOWN)) {
  Deno.test(`${what} gets a friendly 400 page, and the wait goes on`, async () => {
    const { ask, isAnswered } = await visit();
    const response = await ask(path);
    assertEquals(response.status, 400);
    assertStringIncludes(await response.text(), "This page belongs to another sign-in");
    assertEquals(await isAnswered(), false);
  });
}

Deno.test("a state that differs in one place or in length is not the attempt's", async () => {
  const attempt = await someAttempt();
  const state = attempt.state.reveal();
  assert(isState(state, attempt));
  const flipped = (state.startsWith("A") ? "B" : "A") + state.slice(1);
  const last = state.slice(0, -1) + (state.endsWith("A") ? "B" : "A");
  for (const wrong of [flipped, last, state.slice(1), `${state}x`, state.toLowerCase(), "", null]) {
    assert(!isState(wrong, attempt));
  }
});

for (const name of ["code", "state", "error", "error_description", "iss"]) {
  Deno.test(`a repeated ${name} is refused even with the right state, and the wait goes on`, async () => {
    const { ask, attempt, isAnswered } = await visit();
    const state = attempt.state.reveal();
    const first = name === "state" ? "" : `&${name}=x`;
    const second = name === "state" ? `&state=${state}` : `&${name}=x`;
    const code = name === "code" || name === "error" ? "" : "&code=c";
    const response = await ask(`/callback?state=${state}${code}${first}${second}`);
    assertEquals(response.status, 400);
    assertEquals(await isAnswered(), false);
  });
}

Deno.test("a code beside an error, or neither, is no answer", async () => {
  const { comeBack, isAnswered } = await visit();
  assertEquals((await comeBack({ code: "c", error: "access_denied" })).status, 400);
  assertEquals((await comeBack({})).status, 400);
  assertEquals(await isAnswered(), false);
});

const BARE: readonly (readonly [string, string, RequestInit, number])[] = [
  ["a POST", "/callback", { method: "POST" }, 405],
  ["a HEAD", "/callback", { method: "HEAD" }, 405],
  ["another host", "/callback", { headers: { host: "evil.example:8443" } }, 421],
  ["a host without the port", "/callback", { headers: { host: "127.0.0.1" } }, 421],
  ["another path", "/callback/", {}, 404],
  ["a path in capitals", "/CALLBACK", {}, 404],
  ["the root", "/", {}, 404],
  ["the favicon", "/favicon.ico", {}, 404],
  ["a prefetch", "/callback", { headers: { "sec-purpose": "prefetch;prerender" } }, 204],
  ["an old prefetch", "/callback", { headers: { purpose: "prefetch" } }, 204],
  ["a Firefox prefetch", "/callback", { headers: { "x-moz": "prefetch" } }, 204],
  ["a preview", "/callback", { headers: { purpose: "preview" } }, 204],
];
for (const [what, path, init, status] of BARE) {
  Deno.test(`${what} gets an empty ${status} even with the right answer, and the wait goes on`, async () => {
    const { ask, attempt, isAnswered } = await visit();
    const response = await ask(`${path}?code=c&state=${attempt.state.reveal()}`, init);
    assertEquals([response.status, await response.text()], [status, ""]);
    assertEquals(response.headers.get("cache-control"), "no-store");
    assertEquals(await isAnswered(), false);
  });
}

Deno.test("a host of the listener's own is accepted in any case of letters", async () => {
  const { ask, attempt, endpoint } = await visit();
  const path = `/callback?code=c&state=${attempt.state.reveal()}`;
  const page = ask(path, { headers: { host: "LocalHost:8443" } });
  await endpoint.answer;
  endpoint.reply(PAGE);
  assertEquals((await page).status, 200);
});

Deno.test("a request without a host is refused, whatever its address says", async () => {
  const { endpoint, attempt } = await visit();
  const query = `code=c&state=${attempt.state.reveal()}`;
  const request = new Request(`https://127.0.0.1:8443/callback?${query}`);
  assertEquals((await endpoint.handle(request)).status, 421);
});

Deno.test("a 405 says which method is allowed", async () => {
  const { ask } = await visit();
  assertEquals((await ask("/callback", { method: "PUT" })).headers.get("allow"), "GET");
});

Deno.test("nothing that was sent is in a refusal's page", async () => {
  const { ask } = await visit();
  const html = await (await ask("/callback?state=%3Cscript%3E&error=%3Cb%3E")).text();
  assertMatch(html, /^<!doctype html>/);
  assert(!html.includes("script") && !html.includes("<b>"));
});
