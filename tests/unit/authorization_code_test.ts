// The authorization code grant: what the browser is sent with, and what is exchanged for the code.
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { exchangeCode } from "../../src/oauth/authorization_code.ts";
import { fakeSystem, START } from "../support/fake_system.ts";
import { tokenAnswer } from "../support/logins.ts";
import { formOf, REDIRECT_URI, responseQuery, SERVER, someAttempt } from "../support/oauth.ts";

async function s256(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  return new Uint8Array(digest).toBase64({ alphabet: "base64url", omitPadding: true });
}

function queryOf(url: string): Record<string, string> {
  return Object.fromEntries(new URL(url).searchParams);
}

/** The form with which the code of a new attempt is exchanged, beside the query that asked for it. */
async function bothRequests(
  wishes: Parameters<typeof someAttempt>[0] = {},
): Promise<{ asked: Record<string, string>; sent: Record<string, string> }> {
  const attempt = await someAttempt(wishes);
  const system = fakeSystem({ network: [tokenAnswer()] });
  await exchangeCode(attempt, responseQuery(attempt), system);
  return { asked: queryOf(attempt.url), sent: formOf(system.requests[0]) };
}

Deno.test("the browser is sent to the authorization endpoint with everything that the grant needs", async () => {
  const attempt = await someAttempt();
  assertEquals(new URL(attempt.url).origin, "https://as.example.com");
  assertEquals(new URL(attempt.url).pathname, "/auth/prelogin");
  const { state, nonce, code_challenge, ...rest } = queryOf(attempt.url);
  assertEquals(rest, {
    response_type: "code",
    client_id: "a-client",
    redirect_uri: REDIRECT_URI,
    scope: "openid email",
    code_challenge_method: "S256",
  });
  assertEquals(state, attempt.state.reveal());
  assert(nonce !== undefined && code_challenge !== undefined);
});

Deno.test("the challenge is the SHA-256 of the verifier that is sent, and the method S256", async () => {
  const { asked, sent } = await bothRequests();
  assertEquals(asked.code_challenge, await s256(sent.code_verifier ?? ""));
  assertEquals(asked.code_challenge_method, "S256");
});

Deno.test("the verifier has 43 characters from 32 random octets, and goes to the token endpoint alone", async () => {
  const { asked, sent } = await bothRequests();
  assertMatch(sent.code_verifier ?? "", /^[A-Za-z0-9_-]{43}$/);
  assert(!Object.values(asked).includes(sent.code_verifier ?? ""));
});

Deno.test("state, nonce and verifier are new for each attempt and differ from each other", async () => {
  const attempts = await Promise.all([someAttempt(), someAttempt()]);
  const values = attempts.flatMap(({ state, nonce, codeVerifier }) => [state, nonce, codeVerifier]);
  const texts = values.map((value) => value?.reveal() ?? "");
  for (const text of texts) assertMatch(text, /^[A-Za-z0-9_-]{43}$/); // 32 octets
  assertEquals(new Set(texts).size, 6);
});

Deno.test("with PKCE off there is neither challenge nor verifier", async () => {
  const { asked, sent } = await bothRequests({ pkce: false });
  assertEquals(["code_challenge" in asked, "code_challenge_method" in asked], [false, false]);
  assertEquals("code_verifier" in sent, false);
});

Deno.test("a nonce goes with the scope openid, as a word, and never to the token endpoint", async () => {
  for (const scope of ["openid", "email openid"]) {
    const { asked, sent } = await bothRequests({ scope });
    assertEquals(["nonce" in asked, "nonce" in sent], [true, false]);
  }
  for (const scope of ["email", "openid2 openidx"]) {
    assertEquals("nonce" in (await bothRequests({ scope })).asked, false);
  }
});

Deno.test("the redirect URI is the same bytes in both requests", async () => {
  for (
    const redirectUri of [
      REDIRECT_URI,
      "HTTPS://LocalHost:8443/CB?x=%7e",
      "https://www.anaplan.com",
    ]
  ) {
    const { asked, sent } = await bothRequests({ redirectUri });
    assertEquals([asked.redirect_uri, sent.redirect_uri], [redirectUri, redirectUri]);
  }
});

Deno.test("a query that the authorization endpoint has already is kept", async () => {
  const server = { ...SERVER, authorizationEndpoint: "https://as.example.com/a?tenant=x" };
  const query = queryOf((await someAttempt({ server })).url);
  assertEquals([query.tenant, query.response_type], ["x", "code"]);
});

Deno.test("the code is exchanged by one form with the client's credentials in the body", async () => {
  const attempt = await someAttempt();
  const system = fakeSystem({ network: [tokenAnswer()] });
  await exchangeCode(attempt, responseQuery(attempt), system);
  const [request] = system.requests;
  assertEquals([request?.method, request?.url], ["POST", SERVER.tokenEndpoint]);
  assertStringIncludes(
    request?.headers?.["content-type"] ?? "",
    "application/x-www-form-urlencoded",
  );
  assertEquals(request?.headers?.authorization, undefined);
  assertEquals(request?.caCertificates, ["a CA"]);
  assertEquals(formOf(request), {
    grant_type: "authorization_code",
    code: "a-code",
    redirect_uri: REDIRECT_URI,
    code_verifier: attempt.codeVerifier?.reveal() ?? "",
    client_id: "a-client",
    client_secret: "client-secret",
  });
});

Deno.test("the exchange brings a token set of this client, counted from when it was asked for", async () => {
  const attempt = await someAttempt();
  const network = [tokenAnswer({ scope: "openid", id_token: "nonsense" })];
  const { tokenSet } = await exchangeCode(attempt, responseQuery(attempt), fakeSystem({ network }));
  assertEquals(tokenSet.accessToken.reveal(), "new-access");
  assertEquals(tokenSet.refreshToken?.reveal(), "new-refresh");
  assertEquals(tokenSet.clientSecret?.reveal(), "client-secret");
  const { scope, clientId, obtainedAt, expiresAt, refreshTokenSavedAt } = tokenSet;
  assertEquals([scope, clientId, obtainedAt], ["openid", "a-client", START]);
  assertEquals([expiresAt, refreshTokenSavedAt], [START + 2100_000, START]);
});

Deno.test("a login without a refresh token is a login", async () => {
  const attempt = await someAttempt();
  const network = [tokenAnswer({ refresh_token: undefined })];
  const { tokenSet } = await exchangeCode(attempt, responseQuery(attempt), fakeSystem({ network }));
  assertEquals("refreshToken" in tokenSet, false);
});

Deno.test("inspecting an attempt shows none of its secrets", async () => {
  const attempt = await someAttempt();
  const { url: _, ...rest } = attempt; // the URL is for the browser
  const shown = Deno.inspect(rest, { depth: 9 });
  for (const secret of [attempt.state, attempt.nonce, attempt.codeVerifier]) {
    assertNotEquals(secret, undefined);
    assert(!shown.includes(secret?.reveal() ?? ""));
  }
});
