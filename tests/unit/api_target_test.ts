// Where a call goes: to the profile's own hosts, and no token anywhere else.
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { targetOf } from "../../src/api/target.ts";
import { CliError } from "../../src/errors.ts";
import { hostileText } from "../hostile/hostile_text.ts";
import { settingsWith } from "../support/api_scene.ts";

const SETTINGS = settingsWith();
const OWN = ["https://api.anaplan.com", "https://auth.anaplan.com", "https://audit.anaplan.com"];

const GOES: readonly (readonly [place: string, url: string, scheme: string])[] = [
  ["/2/0/users/me", "https://api.anaplan.com/2/0/users/me", "Bearer"],
  ["2/0/users/me", "https://api.anaplan.com/2/0/users/me", "Bearer"],
  ["/2/0/models?limit=1&offset=2", "https://api.anaplan.com/2/0/models?limit=1&offset=2", "Bearer"],
  ["/scim/1/0/v2/Users", "https://api.anaplan.com/scim/1/0/v2/Users", "AnaplanAuthToken"],
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

Deno.test("with origins of one's own, Anaplan's are foreign, the audit API's apart", () => {
  const settings = settingsWith({ apiUrl: "https://proxy.example/", authUrl: "http://[::1]:8000" });
  assertEquals(targetOf("/2/0/x", settings).url.href, "https://proxy.example/2/0/x");
  assertEquals(targetOf("http://[::1]:8000/token/validate", settings).scheme, "AnaplanAuthToken");
  for (
    const place of ["https://api.anaplan.com/2/0/x", "https://auth.anaplan.com/token/validate"]
  ) {
    assertThrows(() => targetOf(place, settings), CliError, "to proxy.example, [::1]:8000");
  }
});

Deno.test("with another provider nothing goes to Anaplan, and its API has to be named", () => {
  const issuer = "https://login.example";
  assertThrows(() => targetOf("/x", settingsWith({ issuer })), CliError, "nothing says where");
  const settings = settingsWith({ issuer, apiUrl: "https://api.example" });
  assertEquals(targetOf("/x", settings).scheme, "Bearer");
  for (const origin of [...OWN, issuer]) {
    assertThrows(() => targetOf(`${origin}/x`, settings), CliError, "to api.example only");
  }
});
