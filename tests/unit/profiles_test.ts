// Named settings on a real disk, without any secret.
import { assert, assertEquals, assertThrows } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { isProfileName } from "../../src/base/words.ts";
import { currentProfile, profileNames } from "../../src/settings/location.ts";
import { saveCurrentProfile } from "../../src/session/current_profile.ts";
import { loadProfile, type Profile, saveProfile } from "../../src/settings/profiles.ts";
import { modeOf, namesIn, tempDir } from "../support/temp_dir.ts";
import { nextOf } from "../support/shown.ts";

const FULL: Required<Profile> = {
  region: "eu3",
  clientId: "a-client",
  clientSecretFile: "/run/secrets/anaplan",
  redirectUri: "https://127.0.0.1:8443/callback",
  listen: ["127.0.0.1:8443", "localhost:9443"],
  scope: "openid offline_access",
  pkce: false,
  clientAuth: "basic",
  prompt: "",
  refreshTokenLifetime: 3_600_000,
  authorizationEndpoint: "https://as.example.com/authorize",
  tokenEndpoint: "https://as.example.com/token",
  deviceEndpoint: "https://as.example.com/device",
  apiUrl: "https://api.example.com",
  authUrl: "https://auth.example.com",
  revocationEndpoint: "https://as.example.com/revoke",
  deviceClientId: "a-device-client",
  issuer: "https://as.example.com",
  seenIssuer: "https://as.example.com",
  discovered: {
    authorizationEndpoint: "https://as.example.com/authorize",
    tokenEndpoint: "https://as.example.com/token",
    deviceEndpoint: "https://as.example.com/device",
    revocationEndpoint: "https://as.example.com/revoke",
    userinfoEndpoint: "https://as.example.com/userinfo",
    sendsIssuer: true,
    clientAuthMethods: ["client_secret_basic"],
    scopes: ["openid"],
    idTokenAlgorithms: ["ES256"],
  },
  caFiles: ["/etc/ca.pem"],
};

function save(configDir: string, name: string, profile: Profile): void {
  saveProfile(configDir, name, profile, () => {});
}

Deno.test("a profile comes back with everything that was saved", () => {
  using dir = tempDir();
  save(dir.path, "eu", FULL);
  assertEquals(loadProfile(dir.path, "eu"), FULL);
});

Deno.test("a profile keeps only what was given", () => {
  using dir = tempDir();
  save(dir.path, "eu", { region: "eu3" });
  assertEquals(loadProfile(dir.path, "eu"), { region: "eu3" });
});

Deno.test("a profile's file is its owner's alone", () => {
  using dir = tempDir();
  save(dir.path, "eu", FULL);
  assertEquals(modeOf(`${dir.path}/profiles/eu.json`), "600");
  assertEquals(modeOf(`${dir.path}/profiles`), "700");
});

Deno.test("a profile that was never saved is undefined, and asking makes no file", () => {
  using dir = tempDir();
  assertEquals(loadProfile(dir.path, "eu"), undefined);
  assertEquals(profileNames(dir.path), []);
  assertEquals(currentProfile(dir.path), undefined);
  assertEquals(namesIn(dir.path), []);
});

Deno.test("profileNames() are sorted, and nothing else in the directory is one", () => {
  using dir = tempDir();
  for (const name of ["b", "a"]) save(dir.path, name, {});
  Deno.writeTextFileSync(`${dir.path}/profiles/b.json.bad`, "");
  assertEquals(profileNames(dir.path), ["a", "b"]);
});

Deno.test("the profile that was chosen is the current one", () => {
  using dir = tempDir();
  saveCurrentProfile(dir.path, "eu", () => {});
  assertEquals(currentProfile(dir.path), "eu");
  assertEquals(modeOf(`${dir.path}/config.json`), "600");
});

Deno.test("fields of another type or name are ignored", () => {
  using dir = tempDir();
  save(dir.path, "eu", {});
  const fields = {
    version: 1,
    region: 3,
    listen: ["a", 1],
    pkce: "no",
    later: true,
    scope: "openid",
  };
  Deno.writeTextFileSync(`${dir.path}/profiles/eu.json`, JSON.stringify(fields));
  assertEquals(loadProfile(dir.path, "eu"), { listen: ["a"], scope: "openid" });
});

const DAMAGES: Readonly<Record<string, string>> = {
  "{": "it is not JSON",
  "[]": "it is not a JSON object",
  "{}": "it is not a file of anaplan-auth",
  '{"version":2}': "it was written by a newer version of anaplan-auth",
};
for (const [text, reason] of Object.entries(DAMAGES)) {
  Deno.test(`a profile that holds ${text} is a storage error: ${reason}`, () => {
    using dir = tempDir();
    save(dir.path, "eu", {});
    const path = `${dir.path}/profiles/eu.json`;
    Deno.writeTextFileSync(path, text);
    const error = assertThrows(() => loadProfile(dir.path, "eu"), CliError);
    assertEquals([error.kind, error.message], ["storage", `Cannot use ${path}: ${reason}`]);
    const isNewer = reason.includes("newer");
    assertEquals(error.damagedFile, isNewer ? undefined : path);
    assertEquals(
      nextOf(error),
      isNewer
        ? "install that version of anaplan-auth, or a later one"
        : "anaplan-auth login --profile eu, and give the settings again",
    );
  });
}

Deno.test("a profile name is a lower-case file name that needs no quoting", () => {
  for (const name of ["default", "eu-test", "a_1", "0", "x".repeat(64)]) {
    assert(isProfileName(name), name);
  }
  const bad = ["", "Default", "-x", "_x", "a.b", "../x", "a/b", "a b", "ä", "x".repeat(65), "a\n"];
  for (const name of bad) assert(!isProfileName(name), name);
});

Deno.test("endpoints at Anaplan that metadata of another issuer named are not read from a profile", () => {
  using dir = tempDir();
  const [tokenEndpoint, userinfoEndpoint] = [
    "https://b.example/token",
    "https://api.anaplan.com/u",
  ];
  const discovered = { tokenEndpoint, userinfoEndpoint };
  saveProfile(dir.path, "default", { issuer: "https://b.example", discovered }, () => {});
  assertEquals(loadProfile(dir.path, "default")?.discovered, { tokenEndpoint });
});
