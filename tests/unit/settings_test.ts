// Flags over environment over profile over defaults.
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { saveCurrentProfile } from "../../src/session/current_profile.ts";
import { type Profile, saveProfile } from "../../src/settings/profiles.ts";
import { loadSettings, resolveSettings, type SettingFlags } from "../../src/settings/settings.ts";
import { type Arranged, fakeSystem } from "../support/fake_system.ts";
import { tempDir } from "../support/temp_dir.ts";
import { nextOf } from "../support/shown.ts";

const FLAGS = { region: "eu1", clientId: "from-flag", caFile: ["/flag.pem"] };
const ENV = {
  ANAPLAN_REGION: "eu2",
  ANAPLAN_CLIENT_ID: "from-env",
  ANAPLAN_CA_FILE: "/env.pem",
};
const PROFILE = { region: "eu3", clientId: "from-profile", caFiles: ["/profile.pem"] };

Deno.test("a flag counts before its variable, that before the profile, that before the default", () => {
  const withEnv = fakeSystem({ env: ENV });
  const bare = fakeSystem();
  const seen = [
    resolveSettings(FLAGS, withEnv, PROFILE),
    resolveSettings({}, withEnv, PROFILE),
    resolveSettings({}, bare, PROFILE),
    resolveSettings({}, bare, undefined),
  ].map(({ region, clientId }) => [region, clientId]);
  assertEquals(seen, [
    ["eu1", "from-flag"],
    ["eu2", "from-env"],
    ["eu3", "from-profile"],
    ["us1", undefined],
  ]);
});

Deno.test("every other setting comes from its flag, else the profile", () => {
  const urls = {
    authorizationEndpoint: "https://as.example.com/authorize",
    tokenEndpoint: "https://as.example.com/token",
    deviceEndpoint: "https://as.example.com/device",
    apiUrl: "https://api.example.com",
    authUrl: "https://auth.example.com",
    redirectUri: "https://localhost:8443/callback",
    scope: "openid",
    listen: ["127.0.0.1:9443"],
  };
  const others = Object.fromEntries(
    Object.keys(urls).map((name) => [name, name === "listen" ? ["x:1"] : "https://other.example"]),
  );
  for (const [flags, profile] of [[{}, urls], [urls, others], [urls, undefined]] as const) {
    const settings = resolveSettings(flags, fakeSystem(), profile);
    assertEquals({ ...settings, ...urls }, settings);
  }
});

Deno.test("the defaults are those of the contract", () => {
  const settings = resolveSettings({}, fakeSystem(), undefined);
  assertEquals(settings.redirectUri, "https://127.0.0.1:8443/callback");
  assertEquals(settings.scope, "openid email offline_access");
  assertEquals([settings.pkce, settings.listen, settings.caFiles], [true, [], []]);
});

Deno.test("--no-pkce is for one try: what a login saves does not have it", () => {
  const given = (pkce?: boolean): Profile =>
    resolveSettings({ noPkce: true }, fakeSystem(), pkce === undefined ? {} : { pkce }).given;
  assertEquals([given().pkce, given(true).pkce, given(false).pkce], [undefined, true, false]);
});

Deno.test("PKCE is off only when a flag or the profile says so", () => {
  const pkce = (noPkce: boolean | undefined, profile: boolean | undefined): boolean =>
    resolveSettings(
      noPkce === undefined ? {} : { noPkce },
      fakeSystem(),
      profile === undefined ? {} : { pkce: profile },
    ).pkce;
  assertEquals([pkce(true, undefined), pkce(undefined, false), pkce(true, true)], [
    false,
    false,
    false,
  ]);
  assertEquals([pkce(undefined, undefined), pkce(false, undefined)], [true, true]);
});

Deno.test("every CA file that is named counts, also the profile's, each once", () => {
  const { caFiles, ambientCaFile } = resolveSettings(
    { caFile: ["/flag.pem", "mine.pem"] },
    fakeSystem({ env: { ...ENV, SSL_CERT_FILE: "/etc/all.pem" } }),
    { caFiles: ["/profile.pem", "/flag.pem"] },
  );
  assertEquals(caFiles, ["/flag.pem", "/cwd/mine.pem", "/env.pem", "/profile.pem"]);
  assertEquals(ambientCaFile, "/etc/all.pem");
});

Deno.test("the login saves what it was given, and neither defaults nor secrets", () => {
  const env = { ANAPLAN_CLIENT_SECRET: "hush", SECRET: "hush", SSL_CERT_FILE: "/etc/all.pem" };
  assertEquals(resolveSettings({}, fakeSystem({ env }), undefined).given, {});
  const given = resolveSettings(FLAGS, fakeSystem({ env: ENV }), undefined).given;
  assertEquals(given, { region: "eu1", clientId: "from-flag", caFiles: ["/flag.pem", "/env.pem"] });
});

const DIRECTORIES: readonly (readonly [string, Arranged, { configDir?: string }, string])[] = [
  [
    "the flag first",
    { env: { ANAPLAN_AUTH_CONFIG_DIR: "/env", XDG_CONFIG_HOME: "/xdg", HOME: "/home/ada" } },
    { configDir: "/flag" },
    "/flag",
  ],
  ["the flag, relative to the current directory", {}, { configDir: "here" }, "/cwd/here"],
  [
    "ANAPLAN_AUTH_CONFIG_DIR",
    { env: { ANAPLAN_AUTH_CONFIG_DIR: "/env", XDG_CONFIG_HOME: "/xdg" } },
    {},
    "/env",
  ],
  [
    "XDG_CONFIG_HOME",
    { env: { XDG_CONFIG_HOME: "/xdg", HOME: "/home/ada" } },
    {},
    "/xdg/anaplan-auth",
  ],
  ["~/.config", { env: { HOME: "/home/ada" } }, {}, "/home/ada/.config/anaplan-auth"],
  [
    "~/.config also on macOS",
    { platform: "darwin", env: { HOME: "/u" } },
    {},
    "/u/.config/anaplan-auth",
  ],
  [
    "APPDATA on Windows",
    { platform: "windows", env: { APPDATA: "C:\\Roaming", HOME: "/home/ada" } },
    {},
    "C:\\Roaming/anaplan-auth",
  ],
  [
    "~/.config when XDG_CONFIG_HOME is relative",
    { env: { XDG_CONFIG_HOME: "xdg", HOME: "/home/ada" } },
    {},
    "/home/ada/.config/anaplan-auth",
  ],
  [
    "~/.config when XDG_CONFIG_HOME begins with a dot",
    { env: { XDG_CONFIG_HOME: "./xdg", HOME: "/home/ada" } },
    {},
    "/home/ada/.config/anaplan-auth",
  ],
  [
    "~/.config when XDG_CONFIG_HOME is a path of another system",
    { env: { XDG_CONFIG_HOME: "C:\\xdg", HOME: "/home/ada" } },
    {},
    "/home/ada/.config/anaplan-auth",
  ],
];
for (const [where, arranged, flags, expected] of DIRECTORIES) {
  Deno.test(`logins are kept where this says: ${where}`, () => {
    assertEquals(loadSettings(flags, fakeSystem(arranged)).configDir, expected);
  });
}

Deno.test("without a home directory the error names the flag", () => {
  const error = assertThrows(() => loadSettings({}, fakeSystem()), CliError);
  assertEquals(error.kind, "usage");
  assertStringIncludes(nextOf(error), "--config-dir");
});

for (
  const arranged of [
    { env: { HOME: "ada" } },
    { env: { XDG_CONFIG_HOME: "xdg", HOME: "./ada" } },
    { platform: "windows", env: { APPDATA: "Roaming" } },
    { platform: "windows", env: { APPDATA: "C:Roaming" } },
  ] satisfies Arranged[]
) {
  Deno.test(`a relative directory in ${Object.keys(arranged.env)} counts as none`, () => {
    const error = assertThrows(() => loadSettings({}, fakeSystem(arranged)), CliError);
    assertStringIncludes(error.message, "HOME is not set");
  });
}

Deno.test("the profile is the flag's, else the variable's, else the chosen one, else default", () => {
  using dir = tempDir();
  const env = { ANAPLAN_AUTH_CONFIG_DIR: dir.path };
  const inEnv = fakeSystem({ env: { ...env, ANAPLAN_PROFILE: "from-env" } });
  assertEquals(loadSettings({}, fakeSystem({ env })).profile, "default");
  saveCurrentProfile(dir.path, "chosen", () => {});
  assertEquals(loadSettings({}, fakeSystem({ env })).profile, "chosen");
  assertEquals(loadSettings({}, inEnv).profile, "from-env");
  assertEquals(loadSettings({ profile: "from-flag" }, inEnv).profile, "from-flag");
});

Deno.test("the settings are those of the profile on the disk, and say whether there is one", () => {
  using dir = tempDir();
  saveProfile(dir.path, "eu", { region: "eu3" }, () => {});
  const load = (profile: string): unknown[] => {
    const settings = loadSettings({ profile, configDir: dir.path }, fakeSystem());
    return [settings.region, settings.profileExists];
  };
  assertEquals([load("eu"), load("other")], [["eu3", true], ["us1", false]]);
});

for (const name of ["Prod", "../x", "a/b"]) {
  Deno.test(`the profile name ${name} is a usage error`, () => {
    using dir = tempDir();
    const load = (): unknown => loadSettings({ profile: name, configDir: dir.path }, fakeSystem());
    assertEquals(assertThrows(load, CliError).kind, "usage");
  });
}

const SERVERS: Profile = {
  authorizationEndpoint: "https://as.example.com/authorize",
  tokenEndpoint: "https://as.example.com/token",
  deviceEndpoint: "https://as.example.com/device",
  revocationEndpoint: "https://as.example.com/revoke",
  apiUrl: "https://api.example.com",
  authUrl: "https://auth.example.com",
  discovered: { tokenEndpoint: "https://as.example.com/token" },
  seenIssuer: "https://as.example.com",
};
const ISSUER = { issuer: "https://as.example.com" };

/** What is left of the servers of a profile for these flags and this environment. */
function serversFor(
  flags: SettingFlags,
  profile: Profile,
  env: Readonly<Record<string, string>> = {},
): Profile {
  const { given } = resolveSettings(flags, fakeSystem({ env }), { ...SERVERS, ...profile });
  const { region: _, issuer: __, ...servers } = given;
  return servers;
}

Deno.test("the servers of a profile are not those of another issuer or region", () => {
  assertEquals(serversFor({ issuer: "https://b.example" }, {}), {});
  assertEquals(serversFor({ issuer: "https://b.example" }, ISSUER), {});
  assertEquals(serversFor({ region: "eu3" }, {}), {});
  assertEquals(serversFor({ region: "us1" }, { region: "eu3" }), {});
  assertEquals(serversFor({}, { region: "us1" }, { ANAPLAN_REGION: "eu3" }), {});
});

Deno.test("the servers of a profile are those of its own issuer or region", () => {
  assertEquals(serversFor({}, {}), SERVERS);
  assertEquals(serversFor({ region: "us1" }, {}), SERVERS);
  assertEquals(serversFor({ region: "eu3" }, { region: "eu3" }), SERVERS);
  assertEquals(serversFor(ISSUER, ISSUER), SERVERS);
  assertEquals(serversFor({}, ISSUER, { ANAPLAN_REGION: "eu3" }), SERVERS);
});

Deno.test("what is given together with another issuer counts", () => {
  const tokenEndpoint = "https://b.example/token";
  assertEquals(serversFor({ issuer: "https://b.example", tokenEndpoint }, {}), { tokenEndpoint });
});
