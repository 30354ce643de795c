// What an id_token may be signed with, whatever the metadata lists.
import { assertEquals, assertRejects } from "@std/assert";
import { CliError } from "../../src/errors.ts";
import { exchange } from "../../src/oauth/authorization_code.ts";
import type { TokenSet } from "../../src/token_set.ts";
import { fakeSystem } from "../support/fake_system.ts";
import { idToken } from "../support/id_token.ts";
import { granted } from "../support/logins.ts";
import { KNOWN_SERVER, responseQuery, someAttempt } from "../support/oauth.ts";

async function exchanged(alg: string, idTokenAlgorithms?: readonly string[]): Promise<TokenSet> {
  const server = idTokenAlgorithms ? { ...KNOWN_SERVER, idTokenAlgorithms } : KNOWN_SERVER;
  const attempt = await someAttempt({ server });
  const id_token = idToken({ nonce: attempt.nonce?.reveal() }, alg);
  const system = fakeSystem({ network: [granted({ id_token })] });
  return await exchange(attempt, responseQuery(attempt), system);
}

for (const alg of ["RS256", "PS256", "ES256", "EdDSA", "Ed25519", "HS512"]) {
  Deno.test(`an id_token signed with ${alg} signs in, as the metadata lists it or lists none`, async () => {
    for (const listed of [undefined, [], [alg], ["RS256"]]) {
      assertEquals((await exchanged(alg, listed)).accessToken.reveal(), "new-access");
    }
  });
}

Deno.test("an algorithm of tomorrow signs in where the metadata lists it, and else is denied", async () => {
  assertEquals((await exchanged("ML-DSA-65", ["ML-DSA-65"])).accessToken.reveal(), "new-access");
  const error = await assertRejects(() => exchanged("ML-DSA-65", ["RS256"]), CliError);
  assertEquals(error.kind, "denied");
});

Deno.test("an id_token that is not signed is denied, although the metadata lists that", async () => {
  const error = await assertRejects(() => exchanged("none", ["none"]), CliError);
  assertEquals(error.kind, "denied");
});
