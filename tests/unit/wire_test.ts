// How long requests to an authorization server may take.
import { assertEquals } from "@std/assert";
import { refresh } from "../../src/oauth/client.ts";
import { pollForTokens } from "../../src/oauth/device.ts";
import { DEVICE, DEVICE_SERVER, kept } from "../support/device.ts";
import { fakeSystem } from "../support/fake_system.ts";
import { answerLost, granted, LOGIN } from "../support/logins.ts";
import { CLIENT, SERVER } from "../support/oauth.ts";

Deno.test("the token endpoint has a minute to answer: an answer that is given up loses the login", async () => {
  const system = fakeSystem({ network: [granted(), granted()] });
  await refresh(LOGIN, SERVER, CLIENT, system);
  await pollForTokens(DEVICE, DEVICE_SERVER, CLIENT, system, new AbortController().signal, kept);
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

for (
  const [what, step] of Object.entries({
    "its refresh token": brokenAfter('{"access_token":"a","refresh_token":"ne'),
    "a success": brokenAfter('{"refresh_token":"new"', 502),
  })
) {
  Deno.test(`an answer that broke off before ${what} was whole is asked for once more`, async () => {
    const system = fakeSystem({ network: [step, granted()] });
    const { tokenSet } = await refresh(LOGIN, SERVER, CLIENT, system);
    assertEquals([tokenSet.accessToken.reveal(), system.requests.length], ["new-access", 2]);
  });
}
