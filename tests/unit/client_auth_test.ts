// How the client sends its secret (RFC 6749, section 2.3.1), at each endpoint that wants it.
import { assertEquals } from "@std/assert";
import { refresh } from "../../src/oauth/client.ts";
import { Secret } from "../../src/secret.ts";
import { fakeSystem } from "../support/fake_system.ts";
import { granted, STALE } from "../support/logins.ts";
import { CLIENT, formOf, KNOWN_SERVER } from "../support/oauth.ts";

const METHODS: readonly (readonly [string[] | undefined, "header" | "body"])[] = [
  [["client_secret_basic"], "header"],
  [["client_secret_basic", "private_key_jwt"], "header"],
  [["client_secret_basic", "client_secret_post"], "body"],
  [["client_secret_post"], "body"],
  [["none"], "body"],
  [[], "body"],
  [undefined, "body"],
];
for (const [clientAuthMethods, place] of METHODS) {
  Deno.test(`metadata with the methods [${clientAuthMethods}] puts the secret into the ${place}`, async () => {
    const server = clientAuthMethods ? { ...KNOWN_SERVER, clientAuthMethods } : KNOWN_SERVER;
    const system = fakeSystem({ network: [granted()] });
    await refresh(STALE, server, CLIENT, system);
    const [request] = system.requests;
    assertEquals(formOf(request).client_secret, place === "body" ? "client-secret" : undefined);
    const header = `Basic ${btoa("a-client:client-secret")}`;
    assertEquals(request?.headers?.authorization, place === "body" ? undefined : header);
  });
}

Deno.test("Basic credentials are form-encoded, and what needs no encoding is sent as it is", async () => {
  const server = { ...KNOWN_SERVER, clientAuthMethods: ["client_secret_basic"] };
  const client = { clientId: "a-client_1.x", clientSecret: new Secret("a b:c%d+é") };
  const system = fakeSystem({ network: [granted()] });
  await refresh(STALE, server, client, system);
  const encoded = "a-client_1.x:a+b%3Ac%25d%2B%C3%A9";
  assertEquals(system.requests[0]?.headers?.authorization, `Basic ${btoa(encoded)}`);
});
