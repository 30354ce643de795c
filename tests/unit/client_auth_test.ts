// How the client sends its secret (RFC 6749, section 2.3.1), at each endpoint that wants it.
import { authorizationServer } from "../../src/provider/authorization_server.ts";
import { assertEquals } from "@std/assert";
import { login } from "../../src/commands/login.ts";
import { logout } from "../../src/commands/logout.ts";
import { refresh as refreshCommand } from "../../src/commands/refresh.ts";
import { refresh } from "../../src/oauth/refresh.ts";
import { clientAuthOf } from "../../src/oauth/wire.ts";
import type { ClientAuth } from "../../src/base/metadata.ts";
import type { Profile } from "../../src/settings/profiles.ts";
import { Secret } from "../../src/base/secret.ts";
import { loadSettings, type SettingFlags } from "../../src/settings/settings.ts";
import type { HttpRequest } from "../../src/system/contract.ts";
import { fakeSystem } from "../support/fake_system.ts";
import { ISSUER, ISSUER_PROFILE, issuerScene, metadata } from "../support/issuer_scene.ts";
import { STALE, tokenAnswer } from "../support/logins.ts";
import { CLIENT, formOf, KNOWN_SERVER } from "../support/oauth.ts";
import { sessionScene } from "../support/session_scene.ts";
import { signIn } from "../support/sign_in_scene.ts";

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
    const system = fakeSystem({ network: [tokenAnswer()] });
    await refresh(STALE, server, CLIENT, system);
    const [request] = system.requests;
    assertEquals(formOf(request).client_secret, place === "body" ? "client-secret" : undefined);
    const header = `Basic ${btoa("a-client:client-secret")}`;
    assertEquals(request?.headers?.authorization, place === "body" ? undefined : header);
  });
}

/** The requests of a whole login, its refresh and its end, and of a sign-in by device. */
async function everyRequest(clientAuth: ClientAuth): Promise<HttpRequest[]> {
  const env = { ANAPLAN_CLIENT_SECRET: "client-secret" };
  const done = (): Response => new Response();
  const network = [metadata(), tokenAnswer(), done(), tokenAnswer(), done(), done()];
  await using at = signIn(network, { env });
  const flags = { ...at.flags, issuer: ISSUER, scope: "email", clientAuth };
  await login(flags, at.context);
  await refreshCommand({ configDir: at.configDir }, at.context); // the profile says it by now
  await logout({ configDir: at.configDir }, at.context);
  const code = { device_code: "d", user_code: "u", verification_uri: ISSUER, expires_in: 9 };
  const steps = [metadata(), Response.json(code), tokenAnswer(), done()];
  await using byDevice = signIn(steps, { env, clockStands: false });
  await login({ ...flags, ...byDevice.flags, device: true }, byDevice.context);
  return [...at.context.system.requests, ...byDevice.context.system.requests]
    .filter(({ method }) => method === "POST");
}

for (const clientAuth of ["basic", "post"] as const) {
  Deno.test(`--client-auth ${clientAuth} counts at the token and revocation endpoints`, async () => {
    const seen = (await everyRequest(clientAuth)).map((request) =>
      [
        new URL(request.url).pathname,
        request.headers?.authorization?.startsWith("Basic ") ? "basic" : undefined,
        formOf(request).client_secret === "client-secret" ? "post" : undefined,
      ].filter(Boolean).join(" ")
    );
    const paths = ["/token", "/token", "/revoke", "/revoke"];
    assertEquals(seen, [
      ...paths.map((path) => `${path} ${clientAuth}`),
      ...["/device", "/token"], // a client of the device grant has no secret
    ]);
  });
}

Deno.test("a flag for the way of the secret counts before the profile, that before the metadata", () => {
  const discovered = { ...ISSUER_PROFILE.discovered, clientAuthMethods: ["client_secret_basic"] };
  const wayOf = (profile: Profile, flags: SettingFlags): ClientAuth => {
    using scene = issuerScene(undefined, [], { profile });
    const settings = loadSettings({ ...scene.flags, ...flags }, scene.context.system);
    return clientAuthOf(authorizationServer(settings));
  };
  const profile = { ...ISSUER_PROFILE, discovered };
  assertEquals(wayOf(profile, {}), "basic");
  assertEquals(wayOf({ ...profile, clientAuth: "post" }, {}), "post");
  assertEquals(wayOf({ ...profile, clientAuth: "post" }, { clientAuth: "basic" }), "basic");
});

Deno.test("Anaplan's client can send its secret in the header", () => {
  using scene = sessionScene(undefined);
  const settings = loadSettings({ ...scene.flags, clientAuth: "basic" }, scene.context.system);
  assertEquals(clientAuthOf(authorizationServer(settings)), "basic");
});

Deno.test("Basic credentials are form-encoded, and what needs no encoding is sent as it is", async () => {
  const server = { ...KNOWN_SERVER, clientAuthMethods: ["client_secret_basic"] };
  const client = { clientId: "a-client_1.x", clientSecret: new Secret("a b:c%d+é") };
  const system = fakeSystem({ network: [tokenAnswer()] });
  await refresh(STALE, server, client, system);
  const encoded = "a-client_1.x:a+b%3Ac%25d%2B%C3%A9";
  assertEquals(system.requests[0]?.headers?.authorization, `Basic ${btoa(encoded)}`);
});
