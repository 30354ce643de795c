// The command `profile set`: only what is given changes, and only what is given is kept.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { profileSet, type ProfileSetFlags } from "../../src/commands/profile.ts";
import { CliError } from "../../src/base/errors.ts";
import { withNearNames } from "../../src/base/near_names.ts";
import { loadProfile, type Profile, saveProfile } from "../../src/settings/profiles.ts";
import type { Arranged } from "../support/fake_system.ts";
import { ISSUER_PROFILE } from "../support/issuer_scene.ts";
import { LOGIN } from "../support/logins.ts";
import { type SessionScene, sessionScene } from "../support/session_scene.ts";
import { modeOf } from "../support/temp_dir.ts";
import { nextOf } from "../support/shown.ts";

function sceneWith(before: Profile | undefined, arranged: Arranged = {}): SessionScene {
  const scene = sessionScene(undefined, arranged);
  if (before !== undefined) saveProfile(scene.configDir, "eu", before, () => {});
  return scene;
}

/** What the profile `eu` holds after it was set. */
async function set(scene: SessionScene, flags: ProfileSetFlags): Promise<Profile | undefined> {
  await profileSet({ ...scene.flags, ...flags }, scene.context, "eu");
  return loadProfile(scene.configDir, "eu");
}

Deno.test("a new profile holds what was given, in a file of its owner's alone", async () => {
  using scene = sceneWith(undefined);
  assertEquals(await set(scene, { region: "eu3", clientId: "a-client" }), {
    region: "eu3",
    clientId: "a-client",
  });
  assertEquals(modeOf(`${scene.configDir}/profiles/eu.json`), "600");
});

Deno.test("what is not given stays as it was", async () => {
  using scene = sceneWith({ region: "eu3", scope: "openid", pkce: false, seenIssuer: "x" });
  assertEquals(await set(scene, { scope: "email" }), {
    region: "eu3",
    scope: "email",
    pkce: false,
    seenIssuer: "x",
  });
});

Deno.test("every setting can be given", async () => {
  using scene = sceneWith(undefined);
  const flags = {
    region: "eu3",
    clientId: "a",
    deviceClientId: "b",
    redirectUri: "https://localhost:8443/cb",
    listen: ["127.0.0.1:9443"],
    scope: "openid",
    authorizationEndpoint: "https://as.example.com/a",
    tokenEndpoint: "https://as.example.com/t",
    deviceEndpoint: "https://as.example.com/d",
    revocationEndpoint: "https://as.example.com/r",
    apiUrl: "https://api.example.com",
    authUrl: "https://auth.example.com",
    issuer: "https://as.example.com",
    clientAuth: "basic",
    prompt: "login",
  } as const;
  const own = { noPkce: true, clientSecretFile: "secret.txt", caFile: ["ca.pem"] };
  assertEquals(await set(scene, { ...flags, ...own }), {
    ...flags,
    pkce: false,
    clientSecretFile: "/cwd/secret.txt",
    caFiles: ["/cwd/ca.pem"],
  });
});

Deno.test("--ca-file replaces the CA files of the profile, as every setting that is given is replaced", async () => {
  using scene = sceneWith({ caFiles: ["/old.pem", "/older.pem"] });
  const replaced = await set(scene, { caFile: ["new.pem"] });
  assertEquals(replaced, { caFiles: ["/cwd/new.pem"] });
  assertEquals(await set(scene, { scope: "openid" }), { ...replaced, scope: "openid" });
});

Deno.test("--unset forgets a setting, so that its default counts again", async () => {
  const before = { region: "eu3", scope: "openid", pkce: false, caFiles: ["/a.pem"] };
  using scene = sceneWith(before);
  const unset = ["scope", "no-pkce", "ca-file"];
  assertEquals(await set(scene, { unset }), { region: "eu3" });
});

Deno.test("--unset of every setting leaves an empty profile, which still is one", async () => {
  const all = Object.keys({
    "client-id": 1,
    "client-secret-file": 1,
    "device-client-id": 1,
    "region": 1,
    "redirect-uri": 1,
    "listen": 1,
    "scope": 1,
    "no-pkce": 1,
    "client-auth": 1,
    "prompt": 1,
    "authorization-endpoint": 1,
    "token-endpoint": 1,
    "device-endpoint": 1,
    "revocation-endpoint": 1,
    "api-url": 1,
    "auth-url": 1,
    "issuer": 1,
    "ca-file": 1,
  });
  using scene = sceneWith({ region: "eu3", clientId: "a", apiUrl: "https://api.example.com" });
  assertEquals(await set(scene, { unset: all }), {});
});

Deno.test("--unset of what is no setting is exit 2, says where settings are listed, and saves nothing", async () => {
  using scene = sceneWith({ region: "eu3" });
  for (const name of ["regoin", "clientId", "toString", "seenIssuer", "discovered"]) {
    const error = await assertRejects(() => set(scene, { unset: [name], scope: "x" }), CliError);
    assertEquals(error.kind, "usage");
    assertStringIncludes(nextOf(error), "anaplan-auth profile set --help");
  }
  assertEquals(loadProfile(scene.configDir, "eu"), { region: "eu3" });
});

Deno.test("what the environment says is not saved: it may be gone tomorrow", async () => {
  const env = {
    ANAPLAN_REGION: "us2",
    ANAPLAN_CLIENT_ID: "env-client",
    ANAPLAN_CLIENT_SECRET: "hush",
    ANAPLAN_CA_FILE: "/env.pem",
    SSL_CERT_FILE: "/etc/all.pem",
    CLIENT: "tutorial",
    SECRET: "hush",
  };
  using scene = sceneWith(undefined, { env });
  assertEquals(await set(scene, { scope: "openid" }), { scope: "openid" });
});

Deno.test("a region that does not exist is exit 2, and saves nothing", async () => {
  using scene = sceneWith(undefined);
  const thrown = await assertRejects(() => set(scene, { region: "eu33" }), CliError);
  const error = withNearNames(thrown);
  assertEquals(error.kind, "usage");
  assertStringIncludes(nextOf(error), "did you mean eu3");
  assertEquals(loadProfile(scene.configDir, "eu"), undefined);
});

Deno.test("a URL that cannot be one is exit 2, and saves nothing", async () => {
  using scene = sceneWith(undefined);
  for (const flags of [{ apiUrl: "api" }, { tokenEndpoint: "http://as.example.com/t" }]) {
    const error = await assertRejects(() => set(scene, flags), CliError);
    assertEquals(error.kind, "usage");
  }
  assertEquals(loadProfile(scene.configDir, "eu"), undefined);
});

Deno.test("another issuer makes the metadata of the one before be forgotten", async () => {
  const before = { issuer: "https://a.example.com", discovered: { tokenEndpoint: "https://a/t" } };
  using scene = sceneWith(before);
  assertEquals(await set(scene, { issuer: "https://b.example.com" }), {
    issuer: "https://b.example.com",
  });
});

Deno.test("another client than that of the saved login is warned about, and the login stays", async () => {
  using scene = sessionScene(LOGIN);
  await profileSet({ ...scene.flags, clientId: "other-client" }, scene.context);
  assertStringIncludes(scene.context.talk.warned.join("\n"), "belongs to another client");
});

Deno.test("the client of the saved login is no reason to warn", async () => {
  using scene = sessionScene(LOGIN);
  await profileSet({ ...scene.flags, clientId: "a-client" }, scene.context);
  await profileSet({ ...scene.flags, scope: "openid" }, scene.context);
  assertEquals(scene.context.talk.warned, []);
});

Deno.test("without a name the current profile is set", async () => {
  using scene = sessionScene(undefined, {}, "eu-test");
  const { text, data } = await profileSet({ ...scene.flags, region: "eu3" }, scene.context);
  assertEquals([text, data], ["Saved (profile eu-test).", { profile: "eu-test" }]);
  assertEquals(loadProfile(scene.configDir, "eu-test"), { region: "eu3" });
});

const TOKEN_ENDPOINT = { tokenEndpoint: "https://as.example.com/token" };
const OTHER_PLACES: readonly (readonly [string, Profile, ProfileSetFlags])[] = [
  ["another issuer", { issuer: "https://as.example.com" }, { issuer: "https://b.example" }],
  ["no issuer", { issuer: "https://as.example.com" }, { unset: ["issuer"] }],
  ["another region", {}, { region: "eu3" }],
  ["no region", { region: "eu3" }, { unset: ["region"] }],
];
for (const [what, before, flags] of OTHER_PLACES) {
  Deno.test(`profile set forgets the servers of before for ${what}, and says so`, async () => {
    using scene = sceneWith({ ...before, ...TOKEN_ENDPOINT });
    assertEquals((await set(scene, flags))?.tokenEndpoint, undefined);
    assertEquals(scene.context.talk.warned, [
      "the profile's --token-endpoint is for another issuer or region, and not used",
    ]);
  });
}

Deno.test("profile set --unset of a server says nothing of it", async () => {
  using scene = sceneWith(TOKEN_ENDPOINT);
  assertEquals(await set(scene, { unset: ["token-endpoint"] }), {});
  assertEquals(scene.context.talk.warned, []);
});

Deno.test("--unset issuer forgets its metadata", async () => {
  using scene = sceneWith(ISSUER_PROFILE);
  assertEquals(await set(scene, { unset: ["issuer"] }), { clientId: "a-client" });
});
