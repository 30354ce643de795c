// How long requests to an authorization server may take.
import { assertEquals, assertRejects } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { refresh } from "../../src/oauth/refresh.ts";
import { pollForTokens } from "../../src/oauth/device.ts";
import { DEVICE, DEVICE_SERVER, keepGrant } from "../support/device.ts";
import { fakeSystem } from "../support/fake_system.ts";
import { answerLost, LOGIN, tokenAnswer } from "../support/logins.ts";
import { CLIENT, SERVER } from "../support/oauth.ts";

Deno.test("the token endpoint has a minute to answer: an answer that is given up loses the login", async () => {
  const system = fakeSystem({ network: [tokenAnswer(), tokenAnswer()] });
  await refresh(LOGIN, SERVER, CLIENT, system);
  await pollForTokens(
    DEVICE,
    DEVICE_SERVER,
    CLIENT,
    system,
    new AbortController().signal,
    keepGrant,
  );
  assertEquals(system.requests.map(({ timeout }) => timeout), [60_000, 60_000]);
});

/** A connection that broke when this much of the answer had come. */
function brokenAfter(text: string, status = 200) {
  return () => {
    throw answerLost().with({ arrived: new Response(text, { status }) });
  };
}

Deno.test("of an answer that broke off the refresh token is used, and it is not asked for again", async () => {
  const system = fakeSystem({ network: [brokenAfter('{"refresh_token":"new","access_to')] });
  const { tokenSet, hasAccessToken } = await refresh(LOGIN, SERVER, CLIENT, system);
  assertEquals([tokenSet.refreshToken?.reveal(), hasAccessToken], ["new", false]);
  assertEquals(system.requests.length, 1);
});

Deno.test("a 2xx that broke off before its refresh token was whole is not asked for again", async () => {
  const step = brokenAfter('{"access_token":"a","refresh_token":"ne');
  const system = fakeSystem({ network: [step] });
  const refreshing = refresh(LOGIN, SERVER, CLIENT, system);
  await assertRejects(() => refreshing, CliError, "it broke off in the middle");
});

for (
  const [what, step] of Object.entries({
    "a 502": brokenAfter('{"refresh_token":"new"', 502),
    "a web page": brokenAfter("<html>"),
  })
) {
  Deno.test(`${what} that broke off is no answer of the server, which is asked once more`, async () => {
    const system = fakeSystem({ network: [step, tokenAnswer()] });
    const { tokenSet } = await refresh(LOGIN, SERVER, CLIENT, system);
    assertEquals([tokenSet.accessToken.reveal(), system.requests.length], ["new-access", 2]);
  });
}

Deno.test("masking what a server repeats costs no token, however long or damaged one is", async () => {
  const fields = { access_token: "x".repeat(60_000), id_token: "/\ud800".repeat(9), scope: "a b" };
  const system = fakeSystem({ network: [tokenAnswer(fields)] });
  const { tokenSet } = await refresh(LOGIN, SERVER, CLIENT, system);
  assertEquals([tokenSet.accessToken.reveal(), tokenSet.scope], [fields.access_token, "a b"]);
});
