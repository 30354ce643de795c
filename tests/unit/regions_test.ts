// Anaplan's regions: their hosts are tested with what asks for them, and here against the permissions.
import { assertEquals } from "@std/assert";
import { REGIONS } from "../../src/provider/regions.ts";
import { HOSTS } from "../../src/system/needs.ts";

Deno.test("every host of every region is one that the tasks may reach", () => {
  const hosts = Object.values(REGIONS).flatMap(({ oauth, api, auth, cloudworks = api, audit }) => [
    ...[oauth, api, auth, cloudworks, audit],
  ]);
  assertEquals(hosts.filter((host) => !HOSTS.some((pattern) => isUnder(pattern, host))), []);
});

/** As Deno's `--allow-net` matches: `*.` matches one or more labels. */
function isUnder(pattern: string, host: string): boolean {
  return pattern.startsWith("*.") ? host.endsWith(pattern.slice(1)) : host === pattern;
}
