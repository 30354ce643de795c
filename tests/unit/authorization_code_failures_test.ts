// An authorization code grant that fails: what kind of failure it is, and that a code is sent once.
import { formatWords } from "../../src/base/words.ts";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CliError, type ErrorKind } from "../../src/base/errors.ts";
import { exchangeCode } from "../../src/oauth/authorization_code.ts";
import type { AuthorizationServer } from "../../src/oauth/wire.ts";
import { fakeSystem, type NetworkStep } from "../support/fake_system.ts";
import { answerLost, errorAnswer, tokenAnswer, unreachable, webPage } from "../support/logins.ts";
import { idToken } from "../support/id_token.ts";
import { KNOWN_SERVER, responseQuery, SERVER, someAttempt } from "../support/oauth.ts";
import { nextOf } from "../support/shown.ts";

/** The error with which the exchange ends; the network is asked for exactly what is arranged. */
async function failure(
  network: readonly NetworkStep[],
  fields?: Record<string, string>,
  server: AuthorizationServer = SERVER,
): Promise<CliError> {
  const attempt = await someAttempt({ server });
  const system = fakeSystem({ network });
  const error = await assertRejects(
    () => exchangeCode(attempt, responseQuery(attempt, fields), system),
    CliError,
  );
  assertEquals(system.requests.length, network.length);
  return error;
}

Deno.test("a code is sent once, even when its answer is lost", async () => {
  assertEquals((await failure([answerLost()])).kind, "unavailable");
});

Deno.test("a code is sent once, even when the server is busy or cannot be reached", async () => {
  const busy = new Response(null, { status: 429, headers: { "retry-after": "1" } });
  for (const step of [busy, webPage(502), unreachable(), new Response("{", { status: 200 })]) {
    assertEquals((await failure([step])).kind, "unavailable");
  }
});

Deno.test("access_denied at the redirection endpoint is denied, and no code is sent", async () => {
  const error = await failure([], { error: "access_denied", error_description: "Not now" });
  assertEquals([error.kind, error.oauthError], ["denied", "access_denied"]);
  assertEquals(
    error.message,
    "Cannot sign in: it was declined (access_denied); the server says “Not now”",
  );
});

const ANSWERED: readonly (readonly [string, ErrorKind, string])[] = [
  ["invalid_scope", "denied", "--scope"],
  ["unauthorized_client", "denied", "anaplan-auth login"],
  ["invalid_request", "denied", "anaplan-auth login"],
  ["temporarily_unavailable", "unavailable", "anaplan-auth login"],
  ["server_error", "unavailable", "anaplan-auth login"],
];
for (const [code, kind, next] of ANSWERED) {
  Deno.test(`${code} at the redirection endpoint is ${kind}`, async () => {
    const error = await failure([], { error: code });
    assertEquals([error.kind, error.oauthError], [kind, code]);
    assertEquals(error.message, `Cannot sign in: Anaplan answered ${code}`);
    assertStringIncludes(nextOf(error), next);
  });
}

Deno.test("what the redirection endpoint received is shown without control characters", async () => {
  const error = await failure([], {
    error: "bad\x1b[31m",
    error_description: "\x9b2J\u202eevil\r\nSigned in.",
  });
  assertEquals(
    error.message,
    "Cannot sign in: Anaplan answered “bad[31m”; the server says “2JevilSigned in.”",
  );
  assertEquals(error.oauthError, "bad[31m");
});

const REFUSALS: readonly (readonly [number, string])[] = [
  [400, "invalid_grant"],
  [401, "invalid_client"],
  [400, "unauthorized_client"],
  [400, "invalid_scope"],
  [400, "redirect_uri_mismatch"],
  [403, "access_denied"],
];
for (const [status, code] of REFUSALS) {
  Deno.test(`${status} ${code} at the exchange is denied`, async () => {
    const error = await failure([errorAnswer(status, code, "Words")]);
    assertEquals([error.kind, error.oauthError], ["denied", code]);
    assertStringIncludes(error.message, code);
    assertStringIncludes(error.message, "; the server says “Words”");
  });
}

Deno.test("a 400 without an OAuth error at the exchange is a proxy's, and unavailable", async () => {
  assertEquals((await failure([webPage(400)])).kind, "unavailable");
});

Deno.test("the error for a rejected client names the flags to check", async () => {
  const { next } = await failure([errorAnswer(401, "invalid_client")]);
  assertStringIncludes(formatWords(next ?? ""), "--client-id");
  assertStringIncludes(formatWords(next ?? ""), "ANAPLAN_CLIENT_SECRET");
});

Deno.test("iss is not compared with anything when the issuer is unknown", async () => {
  const attempt = await someAttempt();
  const parameters = responseQuery(attempt, { code: "a-code", iss: "https://other.example" });
  const system = fakeSystem({ network: [tokenAnswer()] });
  assertEquals(
    (await exchangeCode(attempt, parameters, system)).tokenSet.accessToken.reveal(),
    "new-access",
  );
});

Deno.test("an iss of another server than the known one is denied, and no code is sent", async () => {
  const fields = { code: "a-code", iss: "https://as.example.com/" }; // compared exactly: no slash
  assertEquals((await failure([], fields, KNOWN_SERVER)).kind, "denied");
});

Deno.test("an iss that is not sent is no failure, the known one is accepted", async () => {
  for (const fields of [{ code: "a-code" }, { code: "a-code", iss: "https://as.example.com" }]) {
    const attempt = await someAttempt({ server: KNOWN_SERVER, scope: "email" });
    const system = fakeSystem({ network: [tokenAnswer()] });
    await exchangeCode(attempt, responseQuery(attempt, fields), system);
    assertEquals(system.requests.length, 1);
  }
});

Deno.test("an id_token of a known issuer with the attempt's nonce is accepted", async () => {
  const attempt = await someAttempt({ server: KNOWN_SERVER });
  const id_token = idToken({ nonce: attempt.nonce?.reveal() });
  const system = fakeSystem({ network: [tokenAnswer({ id_token })] });
  const { tokenSet, judge } = await exchangeCode(attempt, responseQuery(attempt), system);
  assertEquals(tokenSet.accessToken.reveal(), "new-access");
  assertEquals(await judge(), { kind: "fine" });
});

const WRONG: Readonly<Record<string, Record<string, unknown>>> = {
  "a nonce of another attempt": { nonce: "other" },
  "no nonce": { nonce: undefined },
  "another issuer": { iss: "https://other.example" },
  "another audience": { aud: "other-client" },
};
for (const [what, claims] of Object.entries(WRONG)) {
  Deno.test(`an id_token of a known issuer with ${what} is wrong`, async () => {
    const attempt = await someAttempt({ server: KNOWN_SERVER });
    const id_token = idToken({ nonce: attempt.nonce?.reveal(), ...claims });
    const system = fakeSystem({ network: [tokenAnswer({ id_token })] });
    const { judge } = await exchangeCode(attempt, responseQuery(attempt), system);
    assertEquals((await judge()).kind, "wrong");
  });
}

const DOUBTFUL: Readonly<Record<string, Record<string, unknown>>> = {
  "an expiry in the past": { exp: 1 },
  "a beginning in the future": { nbf: Math.floor(Date.now() / 1000) + 600 },
};
for (const [what, claims] of Object.entries(DOUBTFUL)) {
  Deno.test(`an id_token of a known issuer with ${what} is doubtful: a clock may be wrong`, async () => {
    const attempt = await someAttempt({ server: KNOWN_SERVER });
    const id_token = idToken({ nonce: attempt.nonce?.reveal(), ...claims });
    const system = fakeSystem({ network: [tokenAnswer({ id_token })] });
    const { judge } = await exchangeCode(attempt, responseQuery(attempt), system);
    assertEquals((await judge()).kind, "doubtful");
  });
}
