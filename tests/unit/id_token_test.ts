// What an id_token may be signed with, whatever the metadata lists.
import { assertEquals } from "@std/assert";
import { exchangeCode } from "../../src/oauth/authorization_code.ts";
import { type Pending, pollForTokens, startDeviceAuthorization } from "../../src/oauth/device.ts";
import type { Verdict } from "../../src/oauth/id_token.ts";
import type { Grant } from "../../src/oauth/token_response.ts";
import { fakeSystem } from "../support/fake_system.ts";
import { idToken } from "../support/id_token.ts";
import { tokenAnswer } from "../support/logins.ts";
import { CLIENT, KNOWN_SERVER, responseQuery, SERVER, someAttempt } from "../support/oauth.ts";

async function verdictOn(
  alg: string,
  idTokenAlgorithms?: readonly string[],
): Promise<Verdict["kind"]> {
  const server = idTokenAlgorithms ? { ...KNOWN_SERVER, idTokenAlgorithms } : KNOWN_SERVER;
  const attempt = await someAttempt({ server });
  const id_token = idToken({ nonce: attempt.nonce?.reveal() }, alg);
  const system = fakeSystem({ network: [tokenAnswer({ id_token })] });
  return (await (await exchangeCode(attempt, responseQuery(attempt), system)).judge()).kind;
}

for (const alg of ["RS256", "PS256", "ES256", "EdDSA", "Ed25519", "HS512"]) {
  Deno.test(`an id_token signed with ${alg} signs in, as the metadata lists it or lists none`, async () => {
    for (const listed of [undefined, [], [alg], ["RS256"]]) {
      assertEquals(await verdictOn(alg, listed), "fine");
    }
  });
}

Deno.test("an algorithm of tomorrow is fine where the metadata lists it, and else is doubtful", async () => {
  assertEquals(await verdictOn("ML-DSA-65", ["ML-DSA-65"]), "fine");
  assertEquals(await verdictOn("ML-DSA-65", ["RS256"]), "doubtful");
});

Deno.test("an id_token that is not signed is wrong, although the metadata lists that", async () => {
  assertEquals(await verdictOn("none", ["none"]), "wrong");
});

/** The verdict on an answer with these fields to a sign-in that asks for a scope. */
async function verdictWithout(
  scope: string,
  fields: Readonly<Record<string, unknown>>,
  server = KNOWN_SERVER,
): Promise<Verdict["kind"]> {
  const attempt = await someAttempt({ server, scope });
  const system = fakeSystem({ network: [tokenAnswer(fields)] });
  return (await (await exchangeCode(attempt, responseQuery(attempt), system)).judge()).kind;
}

Deno.test("an id_token that was asked for, may have been granted, and did not come is doubtful", async () => {
  assertEquals(await verdictWithout("openid email", {}), "doubtful");
  assertEquals(await verdictWithout("openid email", { id_token: 7 }), "doubtful");
  assertEquals(await verdictWithout("openid email", { id_token: null }), "doubtful");
  assertEquals(await verdictWithout("openid email", { id_token: "" }), "doubtful");
  assertEquals(await verdictWithout("openid email", { scope: "email openid" }), "doubtful");
  assertEquals(await verdictWithout("openid email", { scope: ["openid"] }), "doubtful");
});

Deno.test("no id_token is fine where openid was not asked for, not granted, or no issuer is known", async () => {
  assertEquals(await verdictWithout("email", {}), "fine");
  assertEquals(await verdictWithout("openid email", { scope: "email" }), "fine");
  assertEquals(await verdictWithout("openid email", {}, SERVER), "fine");
});

Deno.test("a device's sign-in that asked for an id_token is doubtful without it", async () => {
  const start = {
    device_code: "a-code",
    user_code: "AB",
    verification_uri: "https://as.example.com/d",
  };
  const server = { ...KNOWN_SERVER, deviceEndpoint: "https://as.example.com/device" };
  const verdict = async (scope: string): Promise<Verdict["kind"]> => {
    const network = [Response.json({ ...start, expires_in: 60 }), tokenAnswer()];
    const system = fakeSystem({ network });
    const device = await startDeviceAuthorization(server, CLIENT, scope, system);
    const { signal } = new AbortController();
    const keep = (poll: () => Promise<Grant | Pending>): Promise<Grant | Pending> => poll();
    const grant = await pollForTokens<Grant>(device, server, CLIENT, system, signal, keep);
    return (await grant.judge()).kind;
  };
  assertEquals(await verdict("openid"), "doubtful");
  assertEquals(await verdict("email"), "fine");
});
