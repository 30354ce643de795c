// How a token endpoint's answer is understood.
import { formatWords } from "../../src/base/words.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import type { Fields } from "../../src/base/json.ts";
import type { GrantContext } from "../../src/oauth/id_token.ts";
import { type Grant, readGrant, readReply, type Refusal } from "../../src/oauth/token_response.ts";
import type { TokenSet } from "../../src/oauth/token_set.ts";
import { START } from "../support/fake_system.ts";
import { errorAnswer, LOGIN, tokenAnswer, webPage } from "../support/logins.ts";
import { CLIENT, KNOWN_SERVER, SERVER } from "../support/oauth.ts";

/** What an answer grants. */
async function grantedBy(response: Response, granting: Partial<GrantContext> = {}): Promise<Grant> {
  const reply = await readReply(response, SERVER);
  if (reply.kind !== "answered") throw new Error("it was refused");
  return readGrant(reply.body, { server: SERVER, client: CLIENT, sentAt: START, ...granting });
}

async function refusalIn(response: Response): Promise<Refusal> {
  const reply = await readReply(response, SERVER);
  if (reply.kind !== "refused") throw new Error("it was granted");
  return reply.refusal;
}

async function unusable(response: Response): Promise<CliError> {
  const error = await assertRejects(() => readReply(response, SERVER), CliError);
  assertEquals(error.kind, "unavailable");
  return error;
}

Deno.test("JSON with any 2xx grants, by whatever content type it comes", async () => {
  const body = JSON.stringify({ access_token: "a", token_type: "Bearer" });
  for (const status of [200, 201, 202, 203, 206]) {
    const response = new Response(body, { status, headers: { "content-type": "text/plain" } });
    assertEquals((await grantedBy(response)).tokenSet.accessToken.reveal(), "a");
  }
});

Deno.test("an id_token is dropped unread when the issuer is unknown, and judged when it is known", async () => {
  const fields = { id_token: "not.even.a-jwt" };
  assertEquals(await (await grantedBy(tokenAnswer(fields))).judge(), { kind: "fine" });
  const known = await grantedBy(tokenAnswer(fields), { server: KNOWN_SERVER });
  assertEquals((await known.judge()).kind, "wrong");
});

const DEFAULT = 2100;
const LIFETIMES: readonly (readonly [string, unknown, number])[] = [
  ["a number", 600, 600],
  ["a text", "600", 600],
  ["a fraction", 600.5, 600.5],
  ["negative", -5, DEFAULT],
  ["nothing", 0, DEFAULT],
  ["missing", undefined, DEFAULT],
  ["null", null, DEFAULT],
  ["nonsense", "soon", DEFAULT],
  ["a list", [600], DEFAULT],
  ["an object", { seconds: 600 }, DEFAULT],
  ["a boolean", true, DEFAULT],
  ["in milliseconds", 2_100_000, DEFAULT],
  ["a date", START / 1000 + 600, DEFAULT],
  ["longer than dates are", 1e300, DEFAULT],
];
for (const [what, expires_in, expected] of LIFETIMES) {
  Deno.test(`expires_in that is ${what} is taken for ${expected} s`, async () => {
    const { tokenSet } = await grantedBy(tokenAnswer({ expires_in }));
    assertEquals(tokenSet.expiresAt, START + expected * 1000);
  });
}

Deno.test("a field that is null counts as not sent", async () => {
  const { tokenSet } = await grantedBy(tokenAnswer({ refresh_token: null, scope: null }));
  assertEquals(["refreshToken" in tokenSet, "scope" in tokenSet], [false, false]);
});

const ODD: Readonly<Record<string, Record<string, unknown>>> = {
  "no token type": { token_type: undefined },
  "an empty token type": { token_type: "" },
  "a token type that is a number": { token_type: 7 },
  "a strange token type": { token_type: "mac" },
  "a scope that is a list": { scope: ["openid", "email"] },
  "a scope that is a number": { scope: 7 },
  "no access token": { access_token: undefined },
  "an empty access token": { access_token: "" },
  "an access token with a blank": { access_token: "a b" },
  "an access token that is not ASCII": { access_token: "\u00e4" },
  "an access token that is a number": { access_token: 7 },
  "an error beside the tokens": { error: "invalid_grant" },
  "a refresh token that is not ASCII": { refresh_token: "new-refresh-\u00e4" },
};
for (const [what, fields] of Object.entries(ODD)) {
  Deno.test(`an answer with ${what} still grants its refresh token`, async () => {
    const { tokenSet } = await grantedBy(tokenAnswer(fields));
    assertEquals(tokenSet.refreshToken?.reveal(), fields.refresh_token ?? "new-refresh");
  });
}

Deno.test("an access token that cannot be sent counts as expired", async () => {
  for (const access_token of [undefined, "", "a b", 7, null]) {
    const { tokenSet, hasAccessToken } = await grantedBy(tokenAnswer({ access_token }));
    assertEquals([tokenSet.expiresAt, hasAccessToken], [0, false]);
  }
});

Deno.test("a strange token type is doubtful, the usual ones are fine in any case", async () => {
  for (const token_type of ["Bearer", "bearer", "BEARER", " bearer ", "AnaplanAuthToken", ""]) {
    assertEquals(await (await grantedBy(tokenAnswer({ token_type }))).judge(), { kind: "fine" });
  }
  const verdict = await (await grantedBy(tokenAnswer({ token_type: "m\x1bac" }))).judge();
  assertEquals(
    [verdict.kind, "reason" in verdict && formatWords(verdict.reason).includes("“mac”")],
    [
      "doubtful",
      true,
    ],
  );
});

Deno.test("an answer whose JSON breaks off still grants the refresh token that came whole", async () => {
  const text = '{"refresh_token":"new-refresh","access_token":"new-acc';
  const { tokenSet, hasAccessToken } = await grantedBy(new Response(text));
  assertEquals([tokenSet.refreshToken?.reveal(), hasAccessToken], ["new-refresh", false]);
});

Deno.test("what follows the JSON of an answer costs no token", async () => {
  const text = `${await tokenAnswer().text()}\n<!-- cached -->`;
  const { tokenSet } = await grantedBy(new Response(text));
  assertEquals(tokenSet.refreshToken?.reveal(), "new-refresh");
});

Deno.test("an OAuth error with a status that servers refuse with is a refusal in the server's words", async () => {
  for (const status of [200, 400, 401, 403, 428]) {
    const refusal = await refusalIn(errorAnswer(status, "invalid_grant", "Unknown or expired"));
    assertEquals(refusal, { status, error: "invalid_grant", description: "Unknown or expired" });
  }
});

Deno.test("an OAuth error with any other status is none of a token endpoint", async () => {
  for (const status of [404, 405, 407, 410, 422, 429, 500, 503]) {
    await unusable(errorAnswer(status, "invalid_grant"));
  }
});

Deno.test("no control character of the server is in a refusal", async () => {
  const refusal = await refusalIn(errorAnswer(400, "invalid_grant", "\x9b2Jno\r\n\u202e"));
  assertEquals(refusal, { status: 400, error: "invalid_grant", description: "2Jno" });
});

Deno.test("an error code with control characters in it is none of OAuth's", async () => {
  await unusable(errorAnswer(400, "invalid\x1b[31m_grant"));
});

Deno.test("400, 401, 403 and 404 without an OAuth error are a proxy or an outage", async () => {
  for (const status of [400, 401, 403, 404]) {
    for (const response of [webPage(status), new Response(null, { status })]) {
      await unusable(response);
    }
    await unusable(Response.json({ message: "no" }, { status }));
    await unusable(
      Response.json({ status, error: "Unauthorized", path: "/oauth/token" }, { status }),
    );
    await unusable(Response.json({ error: 7 }, { status }));
  }
});

Deno.test("429 and 5xx are unavailable, whatever is in them", async () => {
  for (const status of [429, 500, 502, 503, 504]) {
    await unusable(errorAnswer(status, "invalid_grant"));
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
const GRANTING: GrantContext = { server: SERVER, client: CLIENT, sentAt: START };

Deno.test("a token's lifetime counts from when it was asked for", () => {
  const { obtainedAt, expiresAt } = readGrant(BODY, GRANTING).tokenSet;
  assertEquals([obtainedAt, expiresAt], [START, START + 10_000]);
});

Deno.test("a new refresh token replaces the old one, none keeps it", () => {
  const refreshTokenAfter = (body: Fields, previous?: TokenSet): string | undefined =>
    readGrant(body, { ...GRANTING, ...(previous && { previous }) }).tokenSet.refreshToken?.reveal();
  assertEquals(refreshTokenAfter({ ...BODY, refresh_token: "new" }, LOGIN), "new");
  assertEquals(refreshTokenAfter(BODY, LOGIN), "old-refresh");
  assertEquals(refreshTokenAfter({ ...BODY, refresh_token: "" }, LOGIN), "old-refresh");
  assertEquals(refreshTokenAfter(BODY), undefined);
});

Deno.test("a token set remembers the client that it was issued to, and the granted scope", () => {
  const { tokenSet } = readGrant({ ...BODY, scope: "openid" }, GRANTING);
  assertEquals([tokenSet.clientId, tokenSet.scope], ["a-client", "openid"]);
  assertEquals(tokenSet.tokenEndpoint, SERVER.tokenEndpoint);
  assertEquals(tokenSet.clientSecret?.reveal(), "client-secret");
});

Deno.test("each sign-in has an id of its own, which its refreshes keep", () => {
  const signInOf = (previous?: TokenSet): string | undefined =>
    readGrant(BODY, { ...GRANTING, ...(previous && { previous }) }).tokenSet.signIn;
  const first = signInOf();
  assert(first !== undefined && first !== signInOf());
  assertEquals(signInOf({ ...LOGIN, signIn: first }), first);
  assertEquals(signInOf(LOGIN), undefined);
});
