// How long requests to an authorization server may take.
import { assertEquals } from "@std/assert";
import { refresh } from "../../src/oauth/client.ts";
import { pollForTokens } from "../../src/oauth/device.ts";
import { DEVICE, DEVICE_SERVER, kept } from "../support/device.ts";
import { fakeSystem } from "../support/fake_system.ts";
import { granted, LOGIN } from "../support/logins.ts";
import { CLIENT, SERVER } from "../support/oauth.ts";

Deno.test("the token endpoint has a minute to answer: an answer that is given up loses the login", async () => {
  const system = fakeSystem({ network: [granted(), granted()] });
  await refresh(LOGIN, SERVER, CLIENT, system);
  await pollForTokens(DEVICE, DEVICE_SERVER, CLIENT, system, new AbortController().signal, kept);
  assertEquals(system.requests.map(({ timeout }) => timeout), [60_000, 60_000]);
});
