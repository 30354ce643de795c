// A profile that is removed, and the metadata of an issuer that one holds.
import { assertEquals } from "@std/assert";
import { saveCurrentProfile } from "../../src/session/current_profile.ts";
import { profileNames } from "../../src/settings/location.ts";
import { loadProfile, removeProfile, saveProfile } from "../../src/settings/profiles.ts";
import { oldLeftover } from "../support/disk.ts";
import { namesIn, tempDir } from "../support/temp_dir.ts";

function save(configDir: string, name: string, profile: Parameters<typeof saveProfile>[2]): void {
  saveProfile(configDir, name, profile, () => {});
}

Deno.test("a profile that was removed is gone, and the others are there", () => {
  using dir = tempDir();
  save(dir.path, "eu", { region: "eu3" });
  save(dir.path, "us", { region: "us1" });
  removeProfile(dir.path, "eu", () => {});
  assertEquals(loadProfile(dir.path, "eu"), undefined);
  assertEquals(profileNames(dir.path), ["us"]);
});

Deno.test("removing a profile that is not there is no failure, and makes no directory", () => {
  using dir = tempDir();
  removeProfile(dir.path, "eu", () => {});
  assertEquals(namesIn(dir.path), []);
  save(dir.path, "us", {});
  removeProfile(dir.path, "eu", () => {});
  assertEquals(profileNames(dir.path), ["us"]);
});

Deno.test("metadata in a profile is read field by field, and what is no endpoint is ignored", () => {
  using dir = tempDir();
  save(dir.path, "eu", {});
  const discovered = {
    tokenEndpoint: "https://as.example.com/token",
    authorizationEndpoint: 7,
    userinfoEndpoint: null,
    deviceEndpoint: "http://as.example.com/device",
    revocationEndpoint: "revoke",
    sendsIssuer: "yes",
    scopes: ["openid", 7],
    idTokenAlgorithms: "ES256",
    later: 1,
  };
  Deno.writeTextFileSync(
    `${dir.path}/profiles/eu.json`,
    JSON.stringify({ version: 1, discovered }),
  );
  assertEquals(loadProfile(dir.path, "eu"), {
    discovered: { tokenEndpoint: "https://as.example.com/token", scopes: ["openid"] },
  });
});

Deno.test("a profile that was saved before the list of methods was kept still says Basic", () => {
  using dir = tempDir();
  save(dir.path, "eu", {});
  const text = JSON.stringify({ version: 1, discovered: { basicOnly: true } });
  Deno.writeTextFileSync(`${dir.path}/profiles/eu.json`, text);
  assertEquals(loadProfile(dir.path, "eu")?.discovered, {
    clientAuthMethods: ["client_secret_basic"],
  });
});

Deno.test("metadata that is no object counts as none", () => {
  using dir = tempDir();
  save(dir.path, "eu", {});
  for (const discovered of ["x", [], null, 1]) {
    const text = JSON.stringify({ version: 1, region: "eu3", discovered });
    Deno.writeTextFileSync(`${dir.path}/profiles/eu.json`, text);
    assertEquals(loadProfile(dir.path, "eu"), { region: "eu3" });
  }
});

Deno.test("what crashes left of a profile and of the choice among them is gone after its next write", () => {
  using dir = tempDir();
  save(dir.path, "eu", {});
  for (const file of ["config.json", "profiles/eu.json"]) oldLeftover(`${dir.path}/${file}`);
  save(dir.path, "eu", {});
  saveCurrentProfile(dir.path, "eu", () => {});
  assertEquals(namesIn(dir.path), ["config.json", "profiles"]);
  assertEquals(namesIn(`${dir.path}/profiles`), ["eu.json"]);
});
