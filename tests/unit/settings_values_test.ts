// What the settings make of single values: URLs, the client's secret, CA files.
import { caCertificates } from "../../src/files/ca_file.ts";
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { environmentSecret } from "../../src/settings/client_environment.ts";
import {
  type ConnectionFlags,
  loadSettings,
  resolveSettings,
} from "../../src/settings/settings.ts";
import { fakeSystem } from "../support/fake_system.ts";
import { tempDir } from "../support/temp_dir.ts";
import { nextOf } from "../support/shown.ts";

/** The secrets that an environment holds for a client, in the order in which they count. */
function secrets(env: Record<string, string>, clientId: string): (string | undefined)[] {
  const { environment } = resolveSettings({}, fakeSystem({ env }), undefined);
  const { own, tutorial } = environmentSecret(environment, clientId);
  return [own?.reveal(), tutorial?.reveal()];
}

Deno.test("the tutorial's CLIENT counts only where flag, variable and profile are silent", () => {
  const system = fakeSystem({ env: { CLIENT: "tutorial" } });
  const both = fakeSystem({ env: { CLIENT: "tutorial", ANAPLAN_CLIENT_ID: "own" } });
  assertEquals(resolveSettings({}, system, undefined).clientId, "tutorial");
  assertEquals(resolveSettings({}, system, { clientId: "saved" }).clientId, "saved");
  assertEquals(resolveSettings({ clientId: "flag" }, system, undefined).clientId, "flag");
  assertEquals(resolveSettings({}, both, undefined).clientId, "own");
});

Deno.test("ANAPLAN_CLIENT_SECRET is for any client, unless ANAPLAN_CLIENT_ID names another", () => {
  assertEquals(secrets({ ANAPLAN_CLIENT_SECRET: "s" }, "a"), ["s", undefined]);
  const env = { ANAPLAN_CLIENT_SECRET: "s", ANAPLAN_CLIENT_ID: "a" };
  assertEquals(secrets(env, "a"), ["s", undefined]);
  assertEquals(secrets(env, "b"), [undefined, undefined]);
});

Deno.test("the tutorial's SECRET is for the tutorial's CLIENT alone", () => {
  assertEquals(secrets({ SECRET: "s" }, "a"), [undefined, undefined]);
  assertEquals(secrets({ SECRET: "s", CLIENT: "a" }, "a"), [undefined, "s"]);
  assertEquals(secrets({ SECRET: "s", CLIENT: "a" }, "b"), [undefined, undefined]);
});

Deno.test("blanks around a secret in the environment are no part of it", () => {
  assertEquals(secrets({ ANAPLAN_CLIENT_SECRET: " s\n" }, "a"), ["s", undefined]);
  assertEquals(secrets({ ANAPLAN_CLIENT_SECRET: " \n" }, "a"), [undefined, undefined]);
});

Deno.test("the redirect URI stays byte for byte as it was given", () => {
  for (
    const redirectUri of [
      "HTTPS://LocalHost:8443/Callback",
      "https://localhost:443/cb",
      "https://www.anaplan.com",
      "https://127.0.0.1:8443/a/../b?x=%7e&y=ä",
      "http://[::1]:8080/",
    ]
  ) {
    const settings = resolveSettings({ redirectUri }, fakeSystem(), undefined);
    assertEquals([settings.redirectUri, settings.given.redirectUri], [redirectUri, redirectUri]);
  }
});

const URL_FLAGS = {
  redirectUri: "--redirect-uri",
  authorizationEndpoint: "--authorization-endpoint",
  tokenEndpoint: "--token-endpoint",
  deviceEndpoint: "--device-endpoint",
  apiUrl: "--api-url",
  authUrl: "--auth-url",
} as const;

for (const [name, flag] of Object.entries(URL_FLAGS)) {
  const resolve = (value: string) => (): unknown =>
    resolveSettings({ [name]: value } as ConnectionFlags, fakeSystem(), undefined);

  Deno.test(`${flag} that is no URL, not https or has a fragment is a usage error naming it`, () => {
    const bad = ["callback", "http://example.com/", "ftp://127.0.0.1/", "https://example.com/#x"];
    for (const value of bad) {
      const error = assertThrows(resolve(value), CliError);
      assertEquals(error.kind, "usage");
      assertStringIncludes(error.message, `Cannot use "${value}" for ${flag}`);
      assertStringIncludes(nextOf(error), flag);
    }
  });

  Deno.test(`${flag} may be http:// on this computer only`, () => {
    for (const host of ["127.0.0.1:8080", "localhost:8080", "[::1]:8080"]) {
      resolve(`http://${host}/`)();
    }
    assertThrows(resolve("http://127.0.0.1.example.com/"), CliError);
    assertThrows(resolve("http://localhost.example.com/"), CliError);
  });
}

Deno.test("a bad URL in a profile is also found", () => {
  const error = assertThrows(
    () => resolveSettings({}, fakeSystem(), { tokenEndpoint: "nonsense" }),
    CliError,
  );
  assertStringIncludes(error.message, "--token-endpoint");
});

const PEM = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";

Deno.test("all CA files are read, SSL_CERT_FILE beside those that were named", () => {
  using dir = tempDir();
  Deno.writeTextFileSync(`${dir.path}/one.pem`, `one ${PEM}`);
  Deno.writeTextFileSync(`${dir.path}/two.pem`, `two ${PEM}`);
  const flags = { configDir: dir.path, caFile: [`${dir.path}/one.pem`] };
  const system = fakeSystem({ env: { SSL_CERT_FILE: `${dir.path}/two.pem` } });
  assertEquals(caCertificates(loadSettings(flags, system)), [`one ${PEM}`, `two ${PEM}`]);
});

Deno.test("a named CA file without a PEM certificate is a usage error", () => {
  using dir = tempDir();
  Deno.writeTextFileSync(`${dir.path}/ca.der`, "\x30\x82");
  const settings = loadSettings(
    { configDir: dir.path, caFile: [`${dir.path}/ca.der`] },
    fakeSystem(),
  );
  const error = assertThrows(() => caCertificates(settings), CliError);
  assertEquals(error.kind, "usage");
  assertStringIncludes(error.message, `${dir.path}/ca.der`);
});

Deno.test("a named CA file that is missing is an error, SSL_CERT_FILE that leads nowhere is none", () => {
  using dir = tempDir();
  const system = fakeSystem({ env: { SSL_CERT_FILE: `${dir.path}/none.pem` } });
  assertEquals(caCertificates(loadSettings({ configDir: dir.path }, system)), []);
  const flags = { configDir: dir.path, caFile: [`${dir.path}/none.pem`] };
  const error = assertThrows(() => caCertificates(loadSettings(flags, system)), CliError);
  assertEquals(error.kind, "usage");
  assertStringIncludes(error.message, `${dir.path}/none.pem: no such file or directory`);
});
