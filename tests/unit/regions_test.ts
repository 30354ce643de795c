// Anaplan's regions: all of them, and nothing besides; their hosts are tested with what asks for them.
import { assertEquals, assertMatch } from "@std/assert";
import { REGIONS } from "../../src/provider/regions.ts";

const NAMES = {
  us1: "US East (data center)",
  us2: "US West (data center)",
  us5: "US East",
  us7: "US",
  us9: "US",
  eu1: "Netherlands",
  eu2: "Germany",
  eu3: "Europe",
  eu4: "Europe",
  eu5: "Europe",
  gb1: "UK",
  ap1: "Japan",
  au1: "Australia",
  ca1: "Canada",
  sg1: "Singapore",
  ae1: "UAE",
  in1: "India",
  id1: "Indonesia",
  me1: "Saudi Arabia",
};

Deno.test("every region of Anaplan is there with its description, and none besides", () => {
  const described = Object.entries(REGIONS).map(([name, { description }]) => [name, description]);
  assertEquals(Object.fromEntries(described), NAMES);
});

Deno.test("every host is one of Anaplan's, which is all that the tasks may reach", () => {
  for (const { oauth, api, auth, cloudworks = api, audit } of Object.values(REGIONS)) {
    for (const host of [oauth, api, auth, cloudworks, audit]) {
      assertMatch(host, /^[a-z0-9.]+\.anaplan\.com$/);
    }
  }
});
