// Anaplan's regions: their hosts are tested with what asks for them, and here against the permissions.
import { assertEquals, assertThrows } from "@std/assert";
import { regionNamed, regionsAt } from "../../src/provider/region_named.ts";
import { AUDIT, REGIONS } from "../../src/provider/regions.ts";
import { HOSTS } from "../../src/system/needs.ts";

Deno.test("every host of every region is one that the tasks may reach", () => {
  const hosts = Object.values(REGIONS).flatMap(({ oauth, api, auth, cloudworks = api }) => [
    ...[oauth, api, auth, cloudworks, AUDIT],
  ]);
  assertEquals(hosts.filter((host) => !HOSTS.some((pattern) => isUnder(pattern, host))), []);
});

const ADDRESSES: Readonly<Record<string, readonly string[]>> = {
  "https://eu3.app.anaplan.com/home?x=1#y": ["eu3"],
  "HTTPS://CA1A.APP.ANAPLAN.COM/": ["ca1"],
  "gb1.app.anaplan.com/a/springboard": ["gb1"],
  "eu5.app.anaplan.com": ["eu5"],
  "https://au1a.app2.anaplan.com/": ["au1"],
  "https://us2a.app.anaplan.com/": ["us2"],
  "https://us1a.app.anaplan.com/": ["us1", "us2", "us5", "us7", "eu1", "eu2", "eu4", "ap1"],
};
for (const [address, names] of Object.entries(ADDRESSES)) {
  Deno.test(`the regions of ${address} are found`, () => {
    assertEquals(regionsAt(address)?.regions, names);
  });
}

Deno.test("--region takes an address that names one region", () => {
  assertEquals(regionNamed("https://eu3.app.anaplan.com/home"), "eu3");
  assertThrows(() => regionNamed("https://us1a.app.anaplan.com/"), Error, "give us1, us2");
});

Deno.test("another address, or a name that only looks like one, is in no region", () => {
  for (const text of ["https://example.com/eu3", "eu3", "", "https://eu3.anaplan.com.example/"]) {
    assertEquals(regionsAt(text), undefined);
  }
});

/** As Deno's `--allow-net` matches: `*.` matches one or more labels. */
function isUnder(pattern: string, host: string): boolean {
  return pattern.startsWith("*.") ? host.endsWith(pattern.slice(1)) : host === pattern;
}
