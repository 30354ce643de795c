// What an id_token may be signed with, whatever the metadata lists.
import { assertEquals } from "@std/assert";
import { exchange } from "../../src/oauth/authorization_code.ts";
import type { Verdict } from "../../src/oauth/token_response.ts";
import { fakeSystem } from "../support/fake_system.ts";
import { idToken } from "../support/id_token.ts";
import { granted } from "../support/logins.ts";
import { KNOWN_SERVER, responseQuery, someAttempt } from "../support/oauth.ts";

async function verdictOn(
  alg: string,
  idTokenAlgorithms?: readonly string[],
): Promise<Verdict["kind"]> {
  const server = idTokenAlgorithms ? { ...KNOWN_SERVER, idTokenAlgorithms } : KNOWN_SERVER;
  const attempt = await someAttempt({ server });
  const id_token = idToken({ nonce: attempt.nonce?.reveal() }, alg);
  const system = fakeSystem({ network: [granted({ id_token })] });
  return (await (await exchange(attempt, responseQuery(attempt), system)).judge()).kind;
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
