// Where to listen: loopback only, and where the redirect URI points.
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { formatAddress, listenCandidates } from "../../src/oauth/listen_addresses.ts";
import { nextOf } from "../support/shown.ts";

/** The candidates as people write them; `+` is before a second address that is required. */
function candidates(redirectUri: string, listen: readonly string[] = []): string[] {
  return listenCandidates(redirectUri, listen).map(({ addresses, needsTwin }) =>
    addresses.map(formatAddress).join(needsTwin ? " + " : " ")
  );
}

const FROM_REDIRECT_URI: Readonly<Record<string, string>> = {
  "https://127.0.0.1:8443/callback": "127.0.0.1:8443 [::1]:8443",
  "https://[::1]:8443/callback": "[::1]:8443 127.0.0.1:8443",
  "https://localhost:8443/callback": "127.0.0.1:8443 + [::1]:8443",
  "https://LOCALHOST:8443/callback": "127.0.0.1:8443 + [::1]:8443",
  "https://127.0.0.9:8443/callback": "127.0.0.9:8443",
  "https://127.0.0.1/callback": "127.0.0.1:443 [::1]:443",
  "http://127.0.0.1/callback": "127.0.0.1:80 [::1]:80",
};
for (const [redirectUri, expected] of Object.entries(FROM_REDIRECT_URI)) {
  Deno.test(`${redirectUri} is listened for where it points, and nowhere else`, () => {
    assertEquals(candidates(redirectUri), [expected]);
  });
}

Deno.test("a redirect URI on another computer leaves port 8443 and those after it, on both addresses", () => {
  const found = candidates("https://www.anaplan.com/");
  assertEquals(found[0], "127.0.0.1:8443 + [::1]:8443");
  assertEquals(found[1], "127.0.0.1:8444 + [::1]:8444");
});

Deno.test("--listen has to get both addresses when the browser may use either of them", () => {
  const listen = ["127.0.0.1:9443", "[::1]:9443"];
  for (const redirectUri of ["https://www.anaplan.com/", "https://localhost:8443/"]) {
    assertEquals(candidates(redirectUri, listen), [
      "127.0.0.1:9443 + [::1]:9443",
      "[::1]:9443 + 127.0.0.1:9443",
    ]);
  }
});

Deno.test("--listen counts before the redirect URI, in its order and with its twins", () => {
  const listen = ["localhost:9443", "[::1]:7", "127.0.0.1:80", "127.0.0.2:65535"];
  assertEquals(candidates("https://127.0.0.1:8443/", listen), [
    "127.0.0.1:9443 + [::1]:9443",
    "[::1]:7 + 127.0.0.1:7", // the redirect URI leads to 127.0.0.1
    "127.0.0.1:80 [::1]:80",
    "127.0.0.2:65535",
  ]);
});

for (const text of ["0.0.0.0:8443", "[::]:8443", "192.168.1.2:8443", "example.com:8443"]) {
  Deno.test(`--listen ${text} is refused: only this computer may send the answer`, () => {
    const error = assertThrows(() => candidates("https://127.0.0.1:8443/", [text]), CliError);
    assertEquals(error.kind, "usage");
    assertStringIncludes(error.message, text);
    assertStringIncludes(nextOf(error), "--listen 127.0.0.1:8443");
  });
}

const MALFORMED = [
  "127.0.0.1",
  "8443",
  "127.0.0.1:x",
  "127.0.0.1:99999",
  "127.0.0.1:8443/callback",
  "https://127.0.0.1:8443",
  "127.0.0.1:8443?x:1",
  "user@127.0.0.1:8443",
  "127.0.0.1:0",
  "256.0.0.1:8443",
  "exa%mple:80",
];
for (const text of MALFORMED) {
  Deno.test(`--listen ${text} is a usage error that says how to write it`, () => {
    const error = assertThrows(() => candidates("https://127.0.0.1:8443/", [text]), CliError);
    assertEquals(error.kind, "usage");
    assertStringIncludes(error.message, "that is not HOST:PORT");
  });
}
