// Refusals that repeat what they were sent: at every grant, what is shown and what is kept has none of it.
import { assertEquals, assertRejects } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { exchangeCode } from "../../src/oauth/authorization_code.ts";
import { refresh } from "../../src/oauth/refresh.ts";
import { pollForTokens, startDeviceAuthorization } from "../../src/oauth/device.ts";
import { Secret } from "../../src/base/secret.ts";
import type { HttpRequest, System } from "../../src/system/contract.ts";
import { DEVICE, DEVICE_SERVER, keepGrant } from "../support/device.ts";
import { fakeSystem, type NetworkStep } from "../support/fake_system.ts";
import { errorAnswer, LOGIN } from "../support/logins.ts";
import { CLIENT, formOf, responseQuery, SERVER, someAttempt } from "../support/oauth.ts";

/** Refuses with the parameters of the request as description. */
function echo(names: readonly string[]): (request: HttpRequest) => Response {
  return (request) =>
    errorAnswer(400, "invalid_request", names.map((name) => formOf(request)[name]).join(" "));
}

async function messageOf(step: NetworkStep, work: (system: System) => unknown): Promise<string> {
  const system = fakeSystem({ network: [step] });
  return (await assertRejects(async () => await work(system), CliError)).message;
}

const GRANTS: Readonly<Record<string, readonly [string[], (system: System) => unknown]>> = {
  "a refresh": [
    ["refresh_token", "client_secret"],
    (system) => refresh(LOGIN, SERVER, CLIENT, system),
  ],
  "the exchange of a code": [["code", "code_verifier", "client_secret"], async (system) => {
    const attempt = await someAttempt();
    return await exchangeCode(attempt, responseQuery(attempt), system);
  }],
  "a request for a user code": [
    ["client_secret"],
    (system) => startDeviceAuthorization(DEVICE_SERVER, CLIENT, "openid", system),
  ],
  "a poll": [
    ["device_code", "client_secret"],
    (system) =>
      pollForTokens(DEVICE, DEVICE_SERVER, CLIENT, system, new AbortController().signal, keepGrant),
  ],
};

for (const [what, [names, work]] of Object.entries(GRANTS)) {
  Deno.test(`${what} that is refused shows nothing that it sent`, async () => {
    const message = await messageOf(echo(names), work);
    const shown = names.map(() => "[secret]").join(" ");
    assertEquals(message.slice(message.lastIndexOf("“")), `“${shown}”`);
  });
}

Deno.test("an error code that is the client's secret is none, and not kept as why the login ended", async () => {
  const client = { clientId: "a-client", clientSecret: new Secret("a_secret_like_a_code") };
  const step = errorAnswer(401, "a_secret_like_a_code");
  const system = fakeSystem({ network: [step] });
  const error = await assertRejects(() => refresh(LOGIN, SERVER, client, system), CliError);
  assertEquals([error.kind, error.oauthError], ["unavailable", undefined]);
});

Deno.test("credentials in the header are also masked", async () => {
  const step = (request: HttpRequest): Response =>
    errorAnswer(401, "invalid_client", request.headers?.authorization);
  const server = { ...SERVER, clientAuthMethods: ["client_secret_basic"] };
  const message = await messageOf(step, (system) => refresh(LOGIN, server, CLIENT, system));
  assertEquals(message.slice(message.lastIndexOf("“")), "“Basic [secret]”");
});
