// Where a call goes: to the profile's own hosts, and no token anywhere else.
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type Target, targetOf } from "../../src/provider/target.ts";
import { CliError } from "../../src/base/errors.ts";
import { hostileText } from "../hostile/hostile_text.ts";
import { settingsWith } from "../support/api_scene.ts";

const SETTINGS = settingsWith();
const OWN = [
  "https://api.anaplan.com",
  "https://auth.anaplan.com",
  "https://api.cloudworks.anaplan.com",
  "https://audit.anaplan.com",
];

const GOES: readonly (readonly [place: string, url: string, scheme: string])[] = [
  ["/2/0/users/me", "https://api.anaplan.com/2/0/users/me", "Bearer"],
  ["2/0/users/me", "https://api.anaplan.com/2/0/users/me", "Bearer"],
  ["/2/0/models?limit=1&offset=2", "https://api.anaplan.com/2/0/models?limit=1&offset=2", "Bearer"],
  ["/scim/1/0/v2/Users", "https://api.anaplan.com/scim/1/0/v2/Users", "Bearer"],
  ["/admin/1/0/users", "https://api.anaplan.com/admin/1/0/users", "AnaplanAuthToken"],
  ["/cloudworks/2/0/x", "https://api.anaplan.com/cloudworks/2/0/x", "Bearer"],
  ["https://api.cloudworks.anaplan.com/2/0/integrations", "", "Bearer"],
  ["https://api.cloudworks.anaplan.com/1/0/integrations", "", "Bearer"],
  ["/token/validate", "https://auth.anaplan.com/token/validate", "AnaplanAuthToken"],
  ["https://api.anaplan.com/2/0/x", "https://api.anaplan.com/2/0/x", "Bearer"],
  ["HTTPS://API.ANAPLAN.COM:443/2/0/x", "https://api.anaplan.com/2/0/x", "Bearer"],
  ["https://audit.anaplan.com/audit/api/1/events", "", "AnaplanAuthToken"],
  ["//evil.example/2/0/x", "https://api.anaplan.com//evil.example/2/0/x", "AnaplanAuthToken"],
  ["/\\evil.example/x", "https://api.anaplan.com//evil.example/x", "AnaplanAuthToken"],
  ["\\\\evil.example", "https://api.anaplan.com///evil.example", "AnaplanAuthToken"],
  ["@evil.example/x", "https://api.anaplan.com/@evil.example/x", "AnaplanAuthToken"],
  [".evil.example/x", "https://api.anaplan.com/.evil.example/x", "AnaplanAuthToken"],
  ["https://api.anaplan.com\\@evil.example/", "", "AnaplanAuthToken"],
  ["/a/../2/0/x", "https://api.anaplan.com/2/0/x", "Bearer"],
  ["/2/0/../../audit", "https://api.anaplan.com/audit", "AnaplanAuthToken"],
];

for (const [place, url, scheme] of GOES) {
  Deno.test(`${place} is called at a host of the profile, with ${scheme}`, () => {
    const target = targetOf(place, SETTINGS);
    assert(OWN.includes(target.url.origin), target.url.href);
    if (url !== "") assertEquals(target.url.href, url);
    assertEquals(target.scheme, scheme);
  });
}

const REFUSED: readonly string[] = [
  "https://evil.example/2/0/users/me",
  "https://anaplan.com/",
  "https://us1a.app.anaplan.com/oauth/token",
  "https://api.anaplan.com.evil.example/",
  "https://evilapi.anaplan.com/",
  "https://api.anaplan.com./2/0/x",
  "https://api.anaplan.com:8443/2/0/x",
  "https://person@api.anaplan.com/2/0/x",
  "https://person:word@api.anaplan.com/2/0/x",
  "https://api.anaplan.com@evil.example/2/0/x",
  "https:evil.example",
  "https:\\\\evil.example\\x",
  "http://api.anaplan.com/2/0/x",
  "http://127.0.0.1/2/0/x",
  "ftp://api.anaplan.com/x",
  "blob:https://api.anaplan.com/x",
  "data:text/plain,x",
  "javascript:alert(1)",
  "file:///etc/passwd",
  "https://",
  "https://api.anaplan.com/2/0/x#part",
  "/2/0/x#part",
];

for (const place of REFUSED) {
  Deno.test(`${place} is refused, so that no token goes astray`, () => {
    const error = assertThrows(() => targetOf(place, SETTINGS), CliError);
    assertEquals(error.kind, "usage");
    assert(error.next !== undefined);
  });
}

/** Hosts of one region, and whether a token of another one goes there. */
const FAMILIES: readonly (readonly [region: string, place: string, scheme: string | undefined])[] =
  [
    ["us1", "https://audit.anaplan.com/audit/api/1/events", "AnaplanAuthToken"],
    ["eu4", "https://api.cloudworks.anaplan.com/2/0/integrations", "Bearer"],
    ["eu4", "https://api.cloudworks.au1a.app2.anaplan.com/2/0/integrations", undefined],
    ["eu4", "https://eu3.api.anaplan.com/2/0/x", undefined],
    ["ca1", "https://ca1a.api.anaplan.com/cloudworks/2/0/integrations", "Bearer"],
    ["ca1", "https://ca1a.api.anaplan.com/scim/1/0/v2/Users", "Bearer"],
    ["ca1", "https://ca1a.api.anaplan.com/admin/1/0/x", "AnaplanAuthToken"],
    ["ca1", "https://api.cloudworks.anaplan.com/2/0/integrations", undefined],
    ["ca1", "https://audit.anaplan.com/audit/api/1/events", "AnaplanAuthToken"],
    ["au1", "https://api.cloudworks.au1a.app2.anaplan.com/2/0/integrations", "Bearer"],
    ["au1", "https://api.cloudworks.anaplan.com/2/0/integrations", undefined],
    ["eu3", "https://api.cloudworks.anaplan.com/2/0/integrations", undefined],
  ];

for (const [region, place, scheme] of FAMILIES) {
  const what = scheme === undefined ? "is refused" : `is called with ${scheme}`;
  Deno.test(`${place} ${what} in the region ${region}`, () => {
    const settings = settingsWith({ region });
    if (scheme === undefined) assertThrows(() => targetOf(place, settings), CliError, "only");
    else assertEquals(targetOf(place, settings), { url: new URL(place), scheme } as Target);
  });
}

for (const issuer of [undefined, "https://login.example"]) {
  for (const apiUrl of ["https://x.example", "https://x.example/", "https://x.example//"]) {
    const whose = issuer === undefined ? "Anaplan" : "another provider";
    Deno.test(`--api-url ${apiUrl} of ${whose} yields no empty part of a path`, () => {
      const settings = settingsWith({ apiUrl, authUrl: apiUrl, ...(issuer ? { issuer } : {}) });
      for (const path of ["/2/0/users/me", "/token/validate"]) {
        assertEquals(targetOf(path, settings).url.href, `https://x.example${path}`);
      }
    });
  }
}

const places = fc.oneof(
  hostileText,
  fc.webUrl(),
  fc.tuple(
    fc.constantFrom(
      "https:",
      "https:/",
      "https://",
      "//",
      "/\\",
      "http://",
      " https://",
      "\thttps:",
    ),
    fc.constantFrom("", "api.anaplan.com", "api.anaplan.com@", "api.anaplan.com\\@", "x:y@"),
    fc.constantFrom("", ".", "evil.example", ":444", "%2eevil.example", "。evil.example", "?", "#"),
    hostileText,
  ).map((parts) => parts.join("")),
);

Deno.test("whatever is typed, a call goes to a host of the profile or nowhere", () => {
  fc.assert(fc.property(places, (place) => {
    try {
      const { url } = targetOf(place, SETTINGS);
      assert(OWN.includes(url.origin) && url.protocol === "https:", url.href);
      assertEquals([url.username, url.password], ["", ""]);
    } catch (error) {
      assert(error instanceof CliError && error.kind === "usage", String(error));
    }
  }));
});

Deno.test("with origins of one's own, all of Anaplan's are foreign", () => {
  const settings = settingsWith({ apiUrl: "https://proxy.example/", authUrl: "http://[::1]:8000" });
  assertEquals(targetOf("/2/0/x", settings).url.href, "https://proxy.example/2/0/x");
  assertEquals(targetOf("http://[::1]:8000/token/validate", settings).scheme, "AnaplanAuthToken");
  for (
    const place of OWN.map((origin) => `${origin}/2/0/x`)
  ) {
    assertThrows(() => targetOf(place, settings), CliError, "to proxy.example, [::1]:8000 only");
  }
});

Deno.test("with another origin of Anaplan's, the region's other APIs stay its own", () => {
  const settings = settingsWith({ region: "au1", apiUrl: "https://au1a.api2.anaplan.com" });
  for (const host of ["audit.anaplan.com", "api.cloudworks.au1a.app2.anaplan.com"]) {
    assertEquals(targetOf(`https://${host}/2/0/x`, settings).url.host, host);
  }
});

Deno.test("with another provider nothing goes to Anaplan, and its API has to be named", () => {
  const issuer = "https://login.example";
  assertThrows(() => targetOf("/x", settingsWith({ issuer })), CliError, "the address of the API");
  const settings = settingsWith({ issuer, apiUrl: "https://api.example" });
  assertEquals(targetOf("/x", settings).scheme, "Bearer");
  for (const origin of [...OWN, issuer]) {
    assertThrows(() => targetOf(`${origin}/x`, settings), CliError, "to api.example only");
  }
});

Deno.test("a URL with a user in it is not said to be of another host, and its password is not shown", () => {
  const place = "https://person:hush@api.anaplan.com/2/0/x";
  const { message } = assertThrows(() => targetOf(place, SETTINGS), CliError);
  const expected = "Cannot call api.anaplan.com: the address has a user or a password in it";
  assertEquals(message, expected);
});
