// A refresh: what is sent, what comes of the answer, and when it is sent again.
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CliError, type ErrorKind } from "../../src/base/errors.ts";
import { refresh } from "../../src/oauth/refresh.ts";
import { type FakeSystem, fakeSystem, type NetworkStep, START } from "../support/fake_system.ts";
import { errorAnswer, LOGIN, tokenAnswer, webPage } from "../support/logins.ts";
import { CLIENT, formOf, SERVER } from "../support/oauth.ts";
import type { TokenSet } from "../../src/oauth/token_set.ts";
import { nextOf } from "../support/shown.ts";

async function refreshed(...network: NetworkStep[]): Promise<TokenSet> {
  return (await refresh(LOGIN, SERVER, CLIENT, fakeSystem({ network }))).tokenSet;
}

/** The error of a refresh, and whether everything arranged was asked for. */
async function failure(system: FakeSystem): Promise<CliError> {
  const error = await assertRejects(() => refresh(LOGIN, SERVER, CLIENT, system), CliError);
  assertEquals(system.network.length, 0);
  return error;
}

Deno.test("a refresh is one form with the refresh token and the client's credentials in the body", async () => {
  const system = fakeSystem({ network: [tokenAnswer()] });
  await refresh(LOGIN, SERVER, CLIENT, system);
  const [request] = system.requests;
  assertEquals([request?.method, request?.url], ["POST", SERVER.tokenEndpoint]);
  assertEquals(request?.caCertificates, ["a CA"]);
  assertStringIncludes(
    request?.headers?.["content-type"] ?? "",
    "application/x-www-form-urlencoded",
  );
  assertEquals(request?.headers?.authorization, undefined);
  assertEquals(formOf(request), {
    grant_type: "refresh_token",
    refresh_token: "old-refresh",
    client_id: "a-client",
    client_secret: "client-secret",
  });
});

Deno.test("a public client sends its id and no secret", async () => {
  const system = fakeSystem({ network: [tokenAnswer()] });
  await refresh(LOGIN, SERVER, { clientId: "a-client" }, system);
  assertEquals(Object.keys(formOf(system.requests[0])).sort(), [
    "client_id",
    "grant_type",
    "refresh_token",
  ]);
});

Deno.test("a new refresh token replaces the old one, and is known to rotate", async () => {
  const next = await refreshed(tokenAnswer());
  assertEquals(next.accessToken.reveal(), "new-access");
  assertEquals(next.refreshToken?.reveal(), "new-refresh");
  assertEquals([next.refreshTokenRotates, next.refreshTokenSavedAt], [true, START]);
  assertEquals(next.expiresAt, START + 2100_000);
});

Deno.test("without a new refresh token the old one and its age are kept", async () => {
  const next = await refreshed(tokenAnswer({ refresh_token: undefined }));
  assertEquals(next.refreshToken?.reveal(), "old-refresh");
  assertEquals([next.refreshTokenRotates, next.refreshTokenSavedAt], [
    false,
    LOGIN.refreshTokenSavedAt,
  ]);
});

Deno.test("the same refresh token sent back does not count as rotation", async () => {
  assertEquals(
    (await refreshed(tokenAnswer({ refresh_token: "old-refresh" }))).refreshTokenRotates,
    false,
  );
});

Deno.test("a scope that is not mentioned stays, one that differs is accepted", async () => {
  assertEquals((await refreshed(tokenAnswer())).scope, LOGIN.scope);
  assertEquals((await refreshed(tokenAnswer({ scope: "openid" }))).scope, "openid");
});

Deno.test("a login that is refreshed has not ended any more", async () => {
  const ended = { ...LOGIN, endedBy: "invalid_grant" };
  const next = await refresh(ended, SERVER, CLIENT, fakeSystem({ network: [tokenAnswer()] }));
  assertEquals(next.tokenSet.endedBy, undefined);
});

Deno.test("unknown fields and a nonsensical id_token do no harm", async () => {
  const next = await refreshed(tokenAnswer({ id_token: "nonsense", anaplan_token: {}, later: 1 }));
  assertEquals(next.accessToken.reveal(), "new-access");
});

const REFUSALS: readonly (readonly [number, string, ErrorKind])[] = [
  [400, "invalid_grant", "login_required"],
  [401, "invalid_grant", "login_required"],
  [403, "invalid_grant", "login_required"],
  [401, "invalid_token", "unavailable"],
  [403, "access_denied", "unavailable"],
  [401, "temporarily_unavailable", "unavailable"],
  [400, "temporarily_unavailable", "unavailable"],
  [403, "rate_limit_exceeded", "unavailable"],
  [403, "request_blocked", "unavailable"],
  [403, "forbidden", "unavailable"],
  [401, "unauthorized", "unavailable"],
  [400, "server_error", "unavailable"],
  [403, "slow_down", "unavailable"],
  [400, "request_blocked", "unavailable"],
  [400, "access_denied", "unavailable"],
  [200, "invalid_grant", "login_required"],
  [400, "invalid_client", "denied"],
  [401, "invalid_client", "denied"],
  [403, "invalid_client", "denied"],
  [400, "unauthorized_client", "denied"],
  [401, "unauthorized_client", "denied"],
  [403, "unauthorized_client", "denied"],
  [400, "invalid_request", "denied"],
  [400, "invalid_scope", "denied"],
];
for (const [status, code, kind] of REFUSALS) {
  Deno.test(`${status} ${code} is ${kind}, and is asked once`, async () => {
    const error = await failure(fakeSystem({ network: [errorAnswer(status, code, "Words")] }));
    assertEquals([error.kind, error.oauthError], [kind, code]);
    assertStringIncludes(error.message, "Cannot refresh the login: Anaplan ");
    assertStringIncludes(error.message, code);
    assertStringIncludes(error.message, "; the server says “Words”");
    const next = kind === "unavailable" ? "try the same command again" : "anaplan-auth login";
    assertStringIncludes(nextOf(error), next);
  });
}

for (const status of [400, 401, 404, 403, 500, 502, 503, 302]) {
  Deno.test(`an empty ${status} or one with a web page is unavailable, and is asked once`, async () => {
    for (const response of [new Response(null, { status }), webPage(status)]) {
      assertEquals((await failure(fakeSystem({ network: [response] }))).kind, "unavailable");
    }
  });
}

Deno.test("an answer without any token is unavailable", async () => {
  const fields = { access_token: undefined, refresh_token: undefined };
  const error = await failure(fakeSystem({ network: [tokenAnswer(fields)] }));
  assertEquals(error.kind, "unavailable");
});

Deno.test("no secret is in an error, whole and with its causes", async () => {
  for (const step of [errorAnswer(400, "invalid_grant"), webPage(502)]) {
    const text = Deno.inspect(await failure(fakeSystem({ network: [step] })), { depth: 9 });
    for (const secret of ["old-refresh", "client-secret"]) assert(!text.includes(secret), text);
  }
});
