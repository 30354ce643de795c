// Checks that the sandbox behaves as Anaplan is known to, and cuts where a test says so.
// Rule: speaks to it as any client would, over HTTPS, with nothing from src/.
import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { startSandbox } from "../sandbox/sandbox.ts";
import { ask, authorizationUrl, call, codeForm, refresh, signIn } from "../sandbox/visitor.ts";
import { browse } from "../support/scripted_browser.ts";

const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";

Deno.test("a code brings tokens of Anaplan's size and lifetime, without the scope profile", async () => {
  await using sandbox = await startSandbox();
  const { status, json } = await signIn(sandbox, sandbox.clients.rotating);
  assertEquals(status, 200);
  assertEquals([json.token_type, json.expires_in], ["Bearer", 2100]);
  assertEquals(json.scope, "openid email offline_access");
  assert(String(json.access_token).length > 2000);
});

Deno.test("the sandbox takes each callback URL that the administrators' page asks for", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/administrators.md", import.meta.url));
  const asked = [...page.matchAll(/^ +- `(https:.*)`$/gm)].map(([, url = ""]) => url);
  assertEquals(asked.length, 2);
  await using sandbox = await startSandbox();
  for (const redirectUri of asked) {
    const { rotating } = sandbox.clients;
    const { url } = await browse(
      authorizationUrl(sandbox, rotating, { redirect_uri: redirectUri }),
    );
    assert(url.startsWith(redirectUri) && new URL(url).searchParams.has("code"), url);
  }
});

Deno.test("a code is exchanged once", async () => {
  await using sandbox = await startSandbox();
  const form = await codeForm(sandbox, sandbox.clients.rotating);
  assertEquals((await ask(sandbox, sandbox.endpoints.token, { form })).status, 200);
  const again = await ask(sandbox, sandbox.endpoints.token, { form });
  assertEquals([again.status, again.json.error], [400, "invalid_grant"]);
});

Deno.test("a rotating client gets a new refresh token, and using the old one ends the grant", async () => {
  await using sandbox = await startSandbox();
  const { rotating } = sandbox.clients;
  const first = await signIn(sandbox, rotating);
  const second = await refresh(sandbox, rotating, first);
  assertNotEquals(second.json.refresh_token, first.json.refresh_token);
  const reused = await refresh(sandbox, rotating, first);
  assertEquals([reused.status, reused.json.error], [400, "invalid_grant"]);
  assertEquals((await refresh(sandbox, rotating, second)).json.error, "invalid_grant");
  assertEquals((await call(sandbox, "/2/0/users/me", second)).status, 401);
});

Deno.test("of two refreshes at once with one refresh token, one wins", async () => {
  await using sandbox = await startSandbox();
  const { rotating } = sandbox.clients;
  const tokens = await signIn(sandbox, rotating);
  const replies = await Promise.all([1, 2].map(() => refresh(sandbox, rotating, tokens)));
  assertEquals(replies.map(({ status }) => status).sort(), [200, 400]);
});

Deno.test("a non-rotating client's refresh brings no refresh token, the old one goes on", async () => {
  await using sandbox = await startSandbox();
  const { nonRotating } = sandbox.clients;
  const first = await signIn(sandbox, nonRotating);
  for (const _ of [1, 2]) {
    const { status, json } = await refresh(sandbox, nonRotating, first);
    assertEquals([status, "refresh_token" in json], [200, false]);
    assertNotEquals(json.access_token, first.json.access_token);
  }
});

Deno.test("a dead refresh token answers invalid_grant while the access token goes on", async () => {
  await using sandbox = await startSandbox();
  const tokens = await signIn(sandbox, sandbox.clients.rotating);
  sandbox.revokeRefreshTokens();
  const { status, json } = await refresh(sandbox, sandbox.clients.rotating, tokens);
  assertEquals([status, json.error], [400, "invalid_grant"]);
  assertEquals((await call(sandbox, "/2/0/users/me", tokens)).status, 200);
});

Deno.test("a wrong client secret is invalid_client", async () => {
  await using sandbox = await startSandbox();
  const form = await codeForm(sandbox, sandbox.clients.rotating);
  const { status, json } = await ask(sandbox, sandbox.endpoints.token, {
    form: { ...form, client_secret: "wrong" },
  });
  assertEquals([status, json.error], [401, "invalid_client"]);
});

Deno.test("validate takes AnaplanAuthToken only", async () => {
  await using sandbox = await startSandbox();
  const tokens = await signIn(sandbox, sandbox.clients.rotating);
  const good = await call(sandbox, "/token/validate", tokens);
  assertEquals([good.status, good.json.status], [200, "SUCCESS"]);
  const bearer = await call(sandbox, "/token/validate", tokens, { scheme: "Bearer" });
  assertEquals([bearer.status, bearer.json.status], [400, "FAILURE_BAD_HEADER"]);
  sandbox.revokeAccessTokens();
  const dead = await call(sandbox, "/token/validate", tokens);
  assertEquals([dead.status, dead.json.status], [401, "FAILURE_BAD_CREDENTIAL"]);
});

for (const logoutEndsGrant of [false, true]) {
  const then = logoutEndsGrant ? "and the refresh token" : "and leaves the refresh token";
  Deno.test(`logout ends the access token everywhere ${then}`, async () => {
    await using sandbox = await startSandbox({ logoutEndsGrant });
    const tokens = await signIn(sandbox, sandbox.clients.rotating);
    assertEquals((await call(sandbox, "/token/logout", tokens)).status, 204);
    assertEquals((await call(sandbox, "/2/0/users/me", tokens)).status, 401);
    assertEquals((await call(sandbox, "/token/validate", tokens)).status, 401);
    const { status } = await refresh(sandbox, sandbox.clients.rotating, tokens);
    assertEquals(status, logoutEndsGrant ? 400 : 200);
  });
}

Deno.test("a redirect URI counts only when it is registered, with its port", async () => {
  await using sandbox = await startSandbox();
  const redirect_uri = "https://127.0.0.1:8444/callback";
  const url = authorizationUrl(sandbox, sandbox.clients.rotating, { redirect_uri });
  const refused = await browse(url);
  assertEquals(refused.status, 400);
  assertMatch(refused.body, /invalid_redirect_uri/);
  sandbox.allowRedirectUri(redirect_uri);
  assertMatch((await browse(url)).url, /^https:\/\/127\.0\.0\.1:8444\/callback\?code=/);
});

Deno.test("a device code is pending until the user approves it", async () => {
  await using sandbox = await startSandbox({ deviceIntervalSeconds: 0 });
  const { device, token } = sandbox.endpoints;
  const client = { client_id: sandbox.clients.device.clientId };
  const { json } = await ask(sandbox, device, { form: client });
  assertMatch(String(json.user_code), /^[A-Z]{4}-[A-Z]{4}$/);
  assertEquals([json.expires_in, json.interval], [900, 0]);
  const form = { ...client, grant_type: DEVICE_GRANT, device_code: String(json.device_code) };
  const pending = await ask(sandbox, token, { form });
  assertEquals([pending.status, pending.json.error], [400, "authorization_pending"]);
  await browse(String(json.verification_uri_complete));
  const tokens = await ask(sandbox, token, { form });
  assertEquals(tokens.status, 200);
  assertEquals((await refresh(sandbox, sandbox.clients.device, tokens)).status, 200);
});

Deno.test("a connection cut before leaves the request unhandled, one cut after does not", async () => {
  await using sandbox = await startSandbox();
  const { rotating } = sandbox.clients;
  const tokens = await signIn(sandbox, rotating);
  sandbox.fault("/oauth/token", { reset: "before" });
  await assertRejects(() => refresh(sandbox, rotating, tokens));
  sandbox.fault("/oauth/token", { reset: "after" });
  await assertRejects(() => refresh(sandbox, rotating, tokens));
  assertEquals(sandbox.requests.slice(-2).map(({ status }) => status), [0, 0]);
  // The second was handled: its refresh token was rotated away, and counts as reused now.
  assertEquals((await refresh(sandbox, rotating, tokens)).json.error, "invalid_grant");
});

Deno.test("the sandbox ends at once, with connections open and a delayed answer due", async () => {
  const sandbox = await startSandbox();
  const { port } = new URL(sandbox.origin);
  using idle = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
  using client = Deno.createHttpClient({ caCerts: [sandbox.caPem] });
  const kept = await fetch(`${sandbox.origin}/2/0/users/me`, { client });
  await kept.body?.cancel(); // the answer is in, its connection stays in the pool
  sandbox.fault("/2/0/users/me", { delayMs: 3_600_000 });
  const waiting = assertRejects(() => ask(sandbox, `${sandbox.origin}/2/0/users/me`));
  while (sandbox.requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  await sandbox[Symbol.asyncDispose]();
  await waiting;
  assertEquals(await idle.read(new Uint8Array(1)).catch(() => null), null);
  await assertRejects(() => Deno.stat(sandbox.caFile), Deno.errors.NotFound);
});
