// Which proxy carries a request.
import { assertEquals, assertThrows } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { proxyFor } from "../../src/system/proxies.ts";

type Variables = Readonly<Record<string, string>>;

const PROXY = { HTTPS_PROXY: "http://proxy.example.com:3128" };

function addressFor(url: string, variables: Variables): string | undefined {
  return proxyFor(new URL(url), (name) => variables[name] || undefined)?.address;
}

const WAYS: readonly (readonly [string, string, Variables, string | undefined])[] = [
  ["https goes through HTTPS_PROXY", "https://a.test/", PROXY, "proxy.example.com:3128"],
  ["ALL_PROXY is also for https", "https://a.test/", { ALL_PROXY: "http://p:1" }, "p:1"],
  ["HTTPS_PROXY goes before ALL_PROXY", "https://a.test/", {
    ALL_PROXY: "http://p:1",
    https_proxy: "http://q:2",
  }, "q:2"],
  ["HTTP_PROXY carries no https", "https://a.test/", { HTTP_PROXY: "http://p:1" }, undefined],
  ["an empty variable is none", "https://a.test/", { HTTPS_PROXY: "" }, undefined],
  ["blanks around it are forgiven", "https://a.test/", { HTTPS_PROXY: " http://p:1\n" }, "p:1"],
  ["without a scheme it is http", "https://a.test/", { HTTPS_PROXY: "p:3128" }, "p:3128"],
  ["the port is the scheme's", "https://a.test/", { HTTPS_PROXY: "http://p" }, "p:80"],
  ["SOCKS is a kind of proxy", "https://a.test/", { ALL_PROXY: "socks5://p" }, "p:1080"],
  [
    "an address of IPv6 is also one",
    "https://a.test/",
    { ALL_PROXY: "http://[fd00::1]" },
    "[fd00::1]:80",
  ],
];
for (const [what, url, variables, address] of WAYS) {
  Deno.test(what, () => assertEquals(addressFor(url, variables), address));
}

for (const host of ["127.0.0.1", "127.0.0.2", "localhost", "LOCALHOST", "[::1]", "127.1"]) {
  Deno.test(`${host} is this computer, and never behind a proxy, whatever NO_PROXY says`, () => {
    for (const NO_PROXY of ["", "127.0.0.1", "example.com"]) {
      assertEquals(addressFor(`https://${host}:8443/callback`, { ...PROXY, NO_PROXY }), undefined);
    }
  });
}

const EXEMPT = [
  "*",
  "anaplan.com",
  ".anaplan.com",
  "*.anaplan.com",
  "x, API.anaplan.com",
  "x api.anaplan.com",
];
for (const NO_PROXY of [...EXEMPT, "api.anaplan.com:443"]) {
  Deno.test(`NO_PROXY=${NO_PROXY} exempts api.anaplan.com`, () => {
    assertEquals(addressFor("https://api.anaplan.com/2/0", { ...PROXY, NO_PROXY }), undefined);
    assertEquals(
      addressFor("https://api.anaplan.com/2/0", { ...PROXY, no_proxy: NO_PROXY }),
      undefined,
    );
  });
}

for (
  const NO_PROXY of [
    "plan.com",
    "api.anaplan.co",
    "anaplan.com.example",
    "api.anaplan.com:8443",
    ",.,*.",
    "api",
  ]
) {
  Deno.test(`NO_PROXY=${NO_PROXY} does not exempt api.anaplan.com`, () => {
    const address = addressFor("https://api.anaplan.com/", { ...PROXY, NO_PROXY });
    assertEquals(address, "proxy.example.com:3128");
  });
}

for (
  const value of ["http://ada:hush@", "http://a b", "http://p:99999", "ftp://ada:hush@p", "://hush"]
) {
  Deno.test(`HTTPS_PROXY=${value} is said with its variable, not gone around, and not shown`, () => {
    const { kind, message, next } = assertThrows(
      () => addressFor("https://api.anaplan.com/", { HTTPS_PROXY: value }),
      CliError,
      "HTTPS_PROXY",
    );
    assertEquals([kind, /hush|ada/.test(`${message}${next}`)], ["usage", false]);
  });
}

Deno.test("an empty NO_PROXY leaves the word to no_proxy", () => {
  const env: Variables = { ...PROXY, NO_PROXY: "", no_proxy: "a.test" };
  assertEquals(proxyFor(new URL("https://a.test/"), (name) => env[name]), undefined);
});

Deno.test("a proxy's URL is not printed by accident", () => {
  const proxy = proxyFor(new URL("https://a.test"), () => "http://ada:hush@p:1");
  assertEquals(/hush|ada/.test(`${Deno.inspect(proxy)}${JSON.stringify(proxy)}`), false);
});
