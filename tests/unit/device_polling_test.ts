// Polling for a device's tokens (RFC 8628, sections 3.4 and 3.5), by a clock that the test moves.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CliError, type ErrorKind } from "../../src/base/errors.ts";
import { type DeviceAuthorization, pollForTokens } from "../../src/oauth/device.ts";
import type { TokenSet } from "../../src/oauth/token_set.ts";
import { DEVICE, DEVICE_SERVER, keepGrant, pending, slowDown } from "../support/device.ts";
import {
  type FakeSystem,
  fakeSystem,
  MONOTONIC_START,
  type NetworkStep,
  START,
} from "../support/fake_system.ts";
import { answerLost, errorAnswer, tokenAnswer, unreachable, webPage } from "../support/logins.ts";
import { formOf } from "../support/oauth.ts";
import { nextOf } from "../support/shown.ts";

const CLIENT = { clientId: "a-device-client" };
const NEVER = new AbortController().signal;

function polled(system: FakeSystem, device: DeviceAuthorization = DEVICE): Promise<TokenSet> {
  return pollForTokens(device, DEVICE_SERVER, CLIENT, system, NEVER, keepGrant);
}

/** The pauses before each poll, in seconds, when the network answers so. */
async function pauses(
  network: readonly NetworkStep[],
  device: DeviceAuthorization = DEVICE,
): Promise<number[]> {
  const system = fakeSystem({ network });
  await polled(system, device);
  assertEquals([system.network.length, system.requests.length], [0, network.length]);
  return system.sleeps.map((milliseconds) => milliseconds / 1000);
}

/** The error with which polling ends; it has to be the last thing that was asked. */
async function failure(
  network: readonly NetworkStep[],
  device: DeviceAuthorization = DEVICE,
): Promise<CliError> {
  const system = fakeSystem({ network });
  const error = await assertRejects(() => polled(system, device), CliError);
  assertEquals(system.requests.length, network.length);
  return error;
}

Deno.test("a poll is one form with the grant, the device code and the client id", async () => {
  const system = fakeSystem({ network: [tokenAnswer()] });
  await polled(system);
  assertEquals(system.requests[0]?.url, DEVICE_SERVER.tokenEndpoint);
  assertEquals(formOf(system.requests[0]), {
    grant_type: "urn:ietf:params:oauth:grant-type:device_code",
    device_code: "a-device-code",
    client_id: "a-device-client",
  });
});

Deno.test("an approval brings a token set of this client, counted from the poll that brought it", async () => {
  const tokenSet = await polled(
    fakeSystem({ network: [pending(), tokenAnswer({ scope: "openid" })] }),
  );
  assertEquals(tokenSet.accessToken.reveal(), "new-access");
  assertEquals(tokenSet.refreshToken?.reveal(), "new-refresh");
  assertEquals([tokenSet.clientId, tokenSet.scope], ["a-device-client", "openid"]);
  assertEquals(tokenSet.expiresAt, START + 10_000 + 2_100_000);
});

Deno.test("the first poll also waits the interval, and each after it as long", async () => {
  assertEquals(await pauses([pending(), pending(), tokenAnswer()]), [5, 5, 5]);
  const slower = { ...DEVICE, interval: 7_000 };
  assertEquals(await pauses([pending(), tokenAnswer()], slower), [7, 7]);
});

Deno.test("slow_down adds five seconds to this and to every later pause", async () => {
  const network = [pending(), slowDown(), pending(), slowDown(), pending(), tokenAnswer()];
  assertEquals(await pauses(network), [5, 5, 10, 10, 15, 15]);
});

Deno.test("slow_down by 429 adds five seconds to all later pauses like any other", async () => {
  const network = [
    errorAnswer(429, "slow_down"),
    pending(),
    errorAnswer(429, "slow_down"),
    tokenAnswer(),
  ];
  assertEquals(await pauses(network), [5, 10, 10, 15]);
});

Deno.test("a clock that is set forward does not end the code's lifetime", async () => {
  const set = (): Response => {
    system.setClock(86_400_000);
    return pending();
  };
  const system = fakeSystem({ network: [set, pending(), tokenAnswer()] });
  assertEquals((await polled(system)).accessToken.reveal(), "new-access");
});

Deno.test("a clock that is set back does not stretch the code's lifetime", async () => {
  const set = (): Response => {
    system.setClock(-86_400_000);
    return pending();
  };
  const system = fakeSystem({ network: [set, pending()] });
  const device = { ...DEVICE, expiresAt: MONOTONIC_START + 12_000 };
  assertEquals((await assertRejects(() => polled(system, device), CliError)).kind, "timeout");
});

Deno.test("while the server cannot be reached each pause is twice the last, and then as before", async () => {
  const network = [unreachable(), answerLost(), unreachable(), pending(), tokenAnswer()];
  assertEquals(await pauses(network), [5, 10, 20, 40, 5]);
});

Deno.test("network trouble after slow_down begins at the longer interval, and returns to it", async () => {
  assertEquals(await pauses([slowDown(), unreachable(), pending(), tokenAnswer()]), [
    5,
    10,
    20,
    10,
  ]);
});

Deno.test("network trouble stretches a pause to a minute at most", async () => {
  const network = [...Array.from({ length: 6 }, unreachable), tokenAnswer()];
  assertEquals(await pauses(network), [5, 10, 20, 40, 60, 60, 60]);
});

Deno.test("a proxy's page, 429 and an outage are network trouble, and no answer", async () => {
  for (
    const trouble of [webPage(502), webPage(403), webPage(400), new Response(null, { status: 429 })]
  ) {
    assertEquals(await pauses([trouble, tokenAnswer()]), [5, 10]);
  }
});

Deno.test("pending and slow_down are understood by their code, whatever 4xx they come with", async () => {
  const network = [
    errorAnswer(401, "authorization_pending"),
    errorAnswer(403, "authorization_pending"),
    errorAnswer(428, "slow_down"),
    tokenAnswer(),
  ];
  assertEquals(await pauses(network), [5, 5, 5, 10]);
});

const ENDS: readonly (readonly [number, string, ErrorKind, string])[] = [
  [400, "access_denied", "denied", "it was declined (access_denied)"],
  [403, "access_denied", "denied", "it was declined (access_denied)"],
  [400, "expired_token", "timeout", "the code 1GMV-ATBA has expired"],
  [401, "invalid_client", "denied", "Anaplan rejected the client; a code needs"],
  [400, "invalid_grant", "denied", "Anaplan rejected the request (invalid_grant)"],
  [400, "unsupported_grant_type", "denied", "rejected the request (unsupported_grant_type)"],
];
for (const [status, code, kind, words] of ENDS) {
  Deno.test(`${status} ${code} is ${kind}, and nothing polls after it`, async () => {
    const error = await failure([pending(), errorAnswer(status, code)]);
    assertEquals([error.kind, error.oauthError], [kind, code]);
    assertStringIncludes(error.message, words);
  });
}

Deno.test("the error for a client that is rejected while polling also names --device-client-id", async () => {
  const error = await failure([errorAnswer(401, "invalid_client")]);
  assertStringIncludes(nextOf(error), "--device-client-id");
});

Deno.test("a code that ran out is a timeout, though the server never said so", async () => {
  const device = { ...DEVICE, expiresAt: MONOTONIC_START + 12_000 };
  const error = await failure([pending(), pending()], device);
  assertEquals([error.kind, error.oauthError], ["timeout", "expired_token"]);
  assertStringIncludes(nextOf(error), "anaplan-auth login --device");
});

Deno.test("a signal ends the pause with its reason, and nothing polls after it", async () => {
  const system = fakeSystem({ network: [pending()], clockStands: true });
  const ending = new AbortController();
  const polling = pollForTokens(DEVICE, DEVICE_SERVER, CLIENT, system, ending.signal, keepGrant);
  system.advance(5_000);
  while (system.sleeps.length < 2) await new Promise((resume) => setTimeout(resume));
  ending.abort(new CliError("interrupted", "Interrupted"));
  assertEquals((await assertRejects(() => polling, CliError)).kind, "interrupted");
  system.advance(3_600_000);
  await new Promise((resume) => setTimeout(resume));
  assertEquals(system.requests.length, 1);
});

Deno.test("no error of a poll shows the device code", async () => {
  for (const step of [errorAnswer(400, "invalid_grant"), errorAnswer(401, "invalid_client")]) {
    const shown = Deno.inspect(await failure([step]), { depth: 9 });
    assertEquals(shown.includes("a-device-code"), false);
  }
});

Deno.test("network trouble never makes a pause shorter than the interval", async () => {
  const device = { ...DEVICE, interval: 90_000 };
  assertEquals(await pauses([unreachable(), unreachable(), tokenAnswer()], device), [90, 90, 90]);
});

Deno.test("the wait ends when the code does, not a whole pause later", async () => {
  const system = fakeSystem({ network: [unreachable(), unreachable()] });
  const device = { ...DEVICE, expiresAt: MONOTONIC_START + 20_000 };
  assertEquals((await assertRejects(() => polled(system, device), CliError)).kind, "timeout");
  assertEquals(system.sleeps, [5_000, 10_000, 5_000]);
});
