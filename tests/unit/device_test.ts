// The device authorization request (RFC 8628, section 3.1): what is sent, and what is made of the answer.
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { type DeviceAuthorization, startDeviceAuthorization } from "../../src/oauth/device.ts";
import { DEVICE_SERVER, userCode } from "../support/device.ts";
import { fakeSystem, MONOTONIC_START, type NetworkStep } from "../support/fake_system.ts";
import { errorAnswer, unreachable, webPage } from "../support/logins.ts";
import { CLIENT, formOf, SERVER } from "../support/oauth.ts";
import { nextOf } from "../support/shown.ts";

const DEVICE_CLIENT = { clientId: "a-device-client" };

function started(step: NetworkStep): Promise<DeviceAuthorization> {
  const system = fakeSystem({ network: [step] });
  return startDeviceAuthorization(DEVICE_SERVER, DEVICE_CLIENT, "openid", system);
}

async function failure(step: NetworkStep): Promise<CliError> {
  return await assertRejects(() => started(step), CliError);
}

Deno.test("a user code is asked for by one form with client id and scope, and no secret", async () => {
  const system = fakeSystem({ network: [userCode()] });
  await startDeviceAuthorization(DEVICE_SERVER, DEVICE_CLIENT, "openid email", system);
  const [request] = system.requests;
  assertEquals([request?.method, request?.url], ["POST", DEVICE_SERVER.deviceEndpoint]);
  assertEquals(formOf(request), { scope: "openid email", client_id: "a-device-client" });
  assertEquals(request?.caCertificates, ["a CA"]);
});

Deno.test("a client that has a secret sends it, in the body", async () => {
  const system = fakeSystem({ network: [userCode()] });
  await startDeviceAuthorization(DEVICE_SERVER, CLIENT, "openid", system);
  assertEquals(formOf(system.requests[0]).client_secret, "client-secret");
});

Deno.test("the answer says what to open, what to enter, and until when", async () => {
  const device = await started(userCode({ interval: 7, expires_in: 600 }));
  assertEquals(device.deviceCode.reveal(), "a-device-code");
  assertEquals(device.userCode, "1GMV-ATBA");
  assertEquals(device.verificationUri, "https://iam.example.com/activate");
  assertStringIncludes(device.verificationUriComplete ?? "", "user_code=1GMV-ATBA");
  assertEquals([device.interval, device.expiresAt], [7_000, MONOTONIC_START + 600_000]);
});

Deno.test("without an interval it is five seconds", async () => {
  for (const interval of [undefined, null, 0, -1, "soon"]) {
    assertEquals((await started(userCode({ interval }))).interval, 5_000, String(interval));
  }
  assertEquals((await started(userCode({ interval: "7" }))).interval, 7_000);
});

Deno.test("an interval of milliseconds, or one without end, does not outlast the code", async () => {
  for (const interval of [5_000, 2 ** 31, 1e300]) {
    assertEquals((await started(userCode({ interval, expires_in: 900 }))).interval, 60_000);
  }
  const endless =
    '{"device_code":"a","user_code":"b","verification_uri":"https://c","expires_in":900,"interval":1e999}';
  assertEquals((await started(new Response(endless))).interval, 60_000);
  assertEquals((await started(userCode({ interval: 899, expires_in: 900 }))).interval, 899_000);
  assertEquals((await started(userCode({ interval: 7, expires_in: 3 }))).interval, 7_000);
});

Deno.test("the lifetime counts from when the code was asked for, not from when it came", async () => {
  const slow = (): Response => {
    system.advance(9_000);
    return userCode({ expires_in: 60 });
  };
  const system = fakeSystem({ network: [slow], clockStands: true });
  const device = await startDeviceAuthorization(DEVICE_SERVER, DEVICE_CLIENT, "openid", system);
  assertEquals(device.expiresAt, MONOTONIC_START + 60_000);
});

Deno.test("a complete URI that is not sent is not made up", async () => {
  const device = await started(userCode({ verification_uri_complete: undefined }));
  assertEquals(device.verificationUriComplete, undefined);
});

Deno.test("no control character of the server is in code and addresses", async () => {
  const device = await started(userCode({
    user_code: "1G\x1b[2JMV\r\n\u202e",
    verification_uri: "https://iam.example.com/\x9b31m",
    verification_uri_complete: "https://iam.example.com/?\x07\u200bx",
  }));
  assertEquals(
    [device.userCode, device.verificationUri, device.verificationUriComplete],
    ["1G[2JMV", "https://iam.example.com/31m", "https://iam.example.com/?x"],
  );
});

Deno.test("a server without such an endpoint is a usage error that names the flag, and sends nothing", async () => {
  const error = await assertRejects(
    () => startDeviceAuthorization(SERVER, DEVICE_CLIENT, "openid", fakeSystem()),
    CliError,
  );
  assertEquals(error.kind, "usage");
  assertStringIncludes(nextOf(error), "--device-endpoint");
});

for (const code of ["invalid_client", "unauthorized_client"]) {
  Deno.test(`${code} is denied, and names --device-client-id`, async () => {
    for (const status of [400, 401, 403]) {
      const error = await failure(errorAnswer(status, code, "No\x1b[31m such client"));
      assertEquals([error.kind, error.oauthError], ["denied", code]);
      assertStringIncludes(error.message, "No[31m such client");
      assertStringIncludes(nextOf(error), "--device-client-id");
      assertStringIncludes(error.message, 'a client of the kind "Device grant"');
    }
  });
}

Deno.test("another refusal is denied, and reminds of single sign-on", async () => {
  const error = await failure(errorAnswer(400, "invalid_request"));
  assertEquals([error.kind, error.oauthError], ["denied", "invalid_request"]);
  assertStringIncludes(nextOf(error), "without --device if you use single sign-on");
});

Deno.test("a web page, an outage and an unreachable server are unavailable", async () => {
  const steps = [webPage(200), webPage(403), new Response(null, { status: 503 }), unreachable()];
  for (const step of steps) assertEquals((await failure(step)).kind, "unavailable");
});

Deno.test("an answer that lacks what a person needs is no success", async () => {
  for (const name of ["device_code", "user_code", "verification_uri", "expires_in"]) {
    assert((await failure(userCode({ [name]: undefined }))).kind !== "internal", name);
  }
});

Deno.test("inspecting a device authorization shows no device code", async () => {
  assert(!Deno.inspect(await started(userCode()), { depth: 9 }).includes("a-device-code"));
});
