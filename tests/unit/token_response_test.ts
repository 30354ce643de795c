// What a token endpoint's answer is taken for.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CliError } from "../../src/errors.ts";
import { readTokenReply, type Refusal, toTokenSet } from "../../src/oauth/token_response.ts";
import { Secret } from "../../src/secret.ts";
import { START } from "../support/fake_system.ts";
import { granted, refused, webPage } from "../support/logins.ts";
import { CLIENT, KNOWN_SERVER, SERVER } from "../support/oauth.ts";

/** The fields of a granted answer, as oauth4webapi will see them. */
async function grantedFields(
  response: Response,
  server = SERVER,
): Promise<Record<string, unknown>> {
  const reply = await readTokenReply(response, server);
  if (reply.kind !== "granted") throw new Error("it was refused");
  return await reply.response.json();
}

async function refusalIn(response: Response): Promise<Refusal> {
  const reply = await readTokenReply(response, SERVER);
  if (reply.kind !== "refused") throw new Error("it was granted");
  return reply.refusal;
}

async function unusable(response: Response): Promise<CliError> {
  const error = await assertRejects(() => readTokenReply(response, SERVER), CliError);
  assertEquals(error.kind, "unavailable");
  return error;
}

Deno.test("JSON with 200 is granted, by whatever content type it comes", async () => {
  const body = JSON.stringify({ access_token: "a", token_type: "Bearer" });
  const response = new Response(body, { headers: { "content-type": "text/plain" } });
  const reply = await readTokenReply(response, SERVER);
  if (reply.kind !== "granted") throw new Error("it was refused");
  assertEquals(reply.response.headers.get("content-type"), "application/json");
});

Deno.test("an id_token is dropped unread when the issuer is unknown, and kept when it is known", async () => {
  const fields = { id_token: "not.even.a-jwt" };
  assertEquals("id_token" in await grantedFields(granted(fields)), false);
  const kept = await grantedFields(granted(fields), KNOWN_SERVER);
  assertEquals(kept.id_token, "not.even.a-jwt");
});

const LIFETIMES: readonly (readonly [string, unknown, number | undefined])[] = [
  ["a number", 2100, 2100],
  ["a text", "2100", 2100],
  ["negative", -5, 0],
  ["missing", undefined, undefined],
  ["null", null, undefined],
  ["nonsense", "soon", undefined],
  ["longer than dates are", 1e300, 10 * 365 * 86_400],
];
for (const [what, expiresIn, expected] of LIFETIMES) {
  Deno.test(`expires_in that is ${what} is taken for ${expected ?? "unknown"}`, async () => {
    assertEquals((await grantedFields(granted({ expires_in: expiresIn }))).expires_in, expected);
  });
}

Deno.test("a field that is null counts as not sent", async () => {
  const fields = await grantedFields(granted({ refresh_token: null, scope: null }));
  assertEquals(["refresh_token" in fields, "scope" in fields], [false, false]);
});

Deno.test("an OAuth error with a 4xx is a refusal in the server's words", async () => {
  for (const status of [400, 401, 403, 404]) {
    const refusal = await refusalIn(refused(status, "invalid_grant", "Unknown or expired"));
    assertEquals(refusal, { status, error: "invalid_grant", description: "Unknown or expired" });
  }
});

Deno.test("a 400 is a refusal even without an OAuth error in it", async () => {
  assertEquals(await refusalIn(webPage(400)), { status: 400 });
  assertEquals(await refusalIn(new Response(null, { status: 400 })), { status: 400 });
  assertEquals(await refusalIn(Response.json({ error: 7 }, { status: 400 })), { status: 400 });
});

Deno.test("no control character of the server stands in a refusal", async () => {
  const refusal = await refusalIn(refused(400, "invalid_grant", "\x9b2Jno\r\n\u202e"));
  assertEquals(refusal, { status: 400, error: "invalid_grant", description: "2Jno" });
});

Deno.test("an error code with control characters in it is none of OAuth's", async () => {
  const refusal = await refusalIn(refused(400, "invalid\x1b[31m_grant"));
  assertEquals(refusal.error, undefined);
});

Deno.test("401, 403 and 404 without an OAuth error are a proxy or an outage", async () => {
  for (const status of [401, 403, 404]) {
    for (const response of [webPage(status), new Response(null, { status })]) {
      await unusable(response);
    }
    await unusable(Response.json({ message: "no" }, { status }));
  }
});

Deno.test("429 and 5xx are unavailable, whatever stands in them", async () => {
  for (const status of [429, 500, 502, 503, 504]) {
    await unusable(refused(status, "invalid_grant"));
    await unusable(new Response(null, { status }));
  }
});

Deno.test("a redirect is never followed nor believed", async () => {
  await unusable(new Response(null, { status: 302, headers: { location: "https://x.example" } }));
});

Deno.test("a web page is unavailable, and the message calls it one", async () => {
  for (const status of [200, 403, 502]) {
    const { message } = await unusable(webPage(status));
    assertStringIncludes(message, "Cannot use as.example.com now: it answered with a web page");
  }
});

Deno.test("broken JSON with 200 is unavailable, and is not quoted", async () => {
  for (const body of ['{"access_token":"hush', '"hush"', "[]", "null", ""]) {
    const { message, cause } = await unusable(new Response(body));
    assertStringIncludes(message, "its answer is not the JSON of a token endpoint");
    assertEquals([message.includes("hush"), cause], [false, undefined]);
  }
});

const BODY = { access_token: "new", token_type: "bearer", expires_in: 10 } as const;

Deno.test("a token's lifetime counts from when it was asked for", () => {
  const { obtainedAt, expiresAt } = toTokenSet(BODY, START, SERVER, CLIENT);
  assertEquals([obtainedAt, expiresAt], [START, START + 10_000]);
});

Deno.test("a token without a lifetime has Anaplan's 35 minutes", () => {
  const { access_token, token_type } = BODY;
  const { expiresAt } = toTokenSet({ access_token, token_type }, START, SERVER, CLIENT);
  assertEquals(expiresAt, START + 2100_000);
});

Deno.test("a new refresh token replaces the old one, none keeps it", () => {
  const old = new Secret("old");
  const replaced = toTokenSet({ ...BODY, refresh_token: "new" }, START, SERVER, CLIENT, old);
  assertEquals(replaced.refreshToken?.reveal(), "new");
  assertEquals(toTokenSet(BODY, START, SERVER, CLIENT, old).refreshToken?.reveal(), "old");
  assertEquals("refreshToken" in toTokenSet(BODY, START, SERVER, CLIENT), false);
});

Deno.test("a token set remembers the client that it was issued to, and the granted scope", () => {
  const tokenSet = toTokenSet({ ...BODY, scope: "openid" }, START, SERVER, CLIENT);
  assertEquals([tokenSet.clientId, tokenSet.scope], ["a-client", "openid"]);
  assertEquals(tokenSet.tokenEndpoint, SERVER.tokenEndpoint);
  assertEquals(tokenSet.clientSecret?.reveal(), "client-secret");
});
