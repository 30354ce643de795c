// What a person pastes: forgiven how it was copied, never what it says.
import { assertEquals } from "@std/assert";
import type { Attempt } from "../../src/oauth/authorization_code.ts";
import { parsePasted } from "../../src/oauth/paste.ts";
import { REDIRECT_URI, responseQuery, someAttempt } from "../support/oauth.ts";

/** The kind of what was understood, and the code in it. */
function understood(text: string, attempt: Attempt): [string, string?] {
  const pasted = parsePasted(text, attempt);
  if (pasted.kind !== "answer") return [pasted.kind];
  assertEquals(pasted.parameters.get("state"), attempt.state.reveal());
  return [pasted.kind, pasted.parameters.get("code") ?? pasted.parameters.get("error") ?? ""];
}

const GOOD: Readonly<Record<string, (url: string, query: string) => string>> = {
  "the whole address": (url) => url,
  "the address in quotes and blanks": (url) => `  "${url}"\r\n`,
  "the address in angle brackets": (url) => `<${url}>`,
  "the address with line breaks in it": (url) => url.replace(/.{30}/g, "$&\r\n  "),
  "the address with a fragment": (url) => `${url}#_=_`,
  "the address with scheme and host in capitals": (url) =>
    url.replace("https://127.0.0.1", "HTTPS://127.0.0.1"),
  "the address without its scheme": (url) => url.replace("https://", ""),
  "its query with the question mark": (_, query) => `?${query}`,
  "its query": (_, query) => query,
  "its query with the state first": (_, query) => query.split("&").reverse().join("&"),
};
for (const [what, write] of Object.entries(GOOD)) {
  Deno.test(`${what} is understood`, async () => {
    const attempt = await someAttempt();
    const query = String(responseQuery(attempt));
    assertEquals(understood(write(`${REDIRECT_URI}?${query}`, query), attempt), [
      "answer",
      "a-code",
    ]);
  });
}

Deno.test("an address on localhost without its scheme, as Chrome shows it, is understood", async () => {
  const attempt = await someAttempt({ redirectUri: "https://localhost:8443/callback" });
  const text = `localhost:8443/callback?${responseQuery(attempt)}`;
  assertEquals(understood(text, attempt), ["answer", "a-code"]);
});

Deno.test("an error is also an answer", async () => {
  const attempt = await someAttempt();
  const query = responseQuery(attempt, { error: "access_denied" });
  assertEquals(understood(`${REDIRECT_URI}?${query}`, attempt), ["answer", "access_denied"]);
});

Deno.test("a word that could be a code, a password or a secret is no answer, with PKCE and without", async () => {
  for (const pkce of [true, false]) {
    const attempt = await someAttempt({ pkce });
    const { clientId } = attempt.client;
    for (const word of ["notanaddress", "SplxlOBeZQQYbYS6WxSbIA", "hunter2-hunter2", clientId]) {
      assertEquals(understood(word, attempt), ["malformed"]);
    }
  }
});

const FOREIGN: Readonly<Record<string, string>> = {
  "another host": "https://evil.example/callback",
  "another port": "https://127.0.0.1:8444/callback",
  "another scheme": "http://127.0.0.1:8443/callback",
  "another path": "https://127.0.0.1:8443/callback/",
  "a path in capitals": "https://127.0.0.1:8443/CALLBACK",
  "a user name before the host": "https://127.0.0.1:8443@evil.example/callback",
};
for (const [what, address] of Object.entries(FOREIGN)) {
  Deno.test(`an address with ${what} is foreign, even with the right state`, async () => {
    const attempt = await someAttempt();
    assertEquals(understood(`${address}?${responseQuery(attempt)}`, attempt), ["foreign"]);
  });
}

Deno.test("an address with the state of another sign-in is foreign", async () => {
  const [attempt, other] = await Promise.all([someAttempt(), someAttempt()]);
  assertEquals(understood(`${REDIRECT_URI}?${responseQuery(other)}`, attempt), ["foreign"]);
  assertEquals(understood(String(responseQuery(other)), attempt), ["foreign"]);
});

Deno.test("an empty path of the redirect URI is a slash, as browsers write it", async () => {
  const attempt = await someAttempt({ redirectUri: "https://www.anaplan.com" });
  const query = responseQuery(attempt);
  assertEquals(understood(`https://www.anaplan.com/?${query}`, attempt), ["answer", "a-code"]);
});

const MALFORMED: Readonly<Record<string, (attempt: Attempt) => string>> = {
  "nothing": () => " \n",
  "only quotes": () => `"'`,
  "a word": () => "hello",
  "an address that is none": () => "https://",
  "the sign-in page's own address": ({ redirectUri }) => redirectUri,
  "an address cut off before the state": ({ redirectUri }) => `${redirectUri}?code=a-code`,
  "a repeated code": (attempt) => `${responseQuery(attempt)}&code=b`,
  "a repeated state": (attempt) => `${responseQuery(attempt)}&state=b`,
  "a code beside an error": (attempt) => `${responseQuery(attempt)}&error=access_denied`,
};
for (const [what, write] of Object.entries(MALFORMED)) {
  Deno.test(`${what} is malformed, and never an answer`, async () => {
    const attempt = await someAttempt();
    assertEquals(understood(write(attempt), attempt), ["malformed"]);
  });
}

Deno.test("what is wrong is said in a sentence that quotes nothing of what was pasted", async () => {
  const attempt = await someAttempt();
  for (
    const text of ["https://evil.example/\x1b[31m?code=hush", "hush\x07!", "?code=hush&state=no"]
  ) {
    const pasted = parsePasted(text, attempt);
    const problem = pasted.kind === "answer" ? "" : pasted.problem;
    assertEquals([problem.includes("hush"), problem.endsWith(".")], [false, true]);
  }
});
