// The part of the kills on sealed logins that is quick enough for every test run.
// Rule: as in the long run, what was not kept comes as words in `wrong`.
import { assert, assertEquals } from "@std/assert";
import { findKeychains } from "../support/keyring.ts";
import { findStrace, testWith } from "../support/needs.ts";
import { hitSealed, SEALED_DEEDS } from "./sealed_crashes.ts";
import { startSealedWorld } from "./sealed_world.ts";

const { path, hint } = findStrace();
const keychains = findKeychains();
const TOOLS = {
  path: path && keychains.path,
  hint: path === undefined ? hint : keychains.hint,
};

for (const deed of SEALED_DEEDS.filter(({ name }) => !name.startsWith("login"))) {
  testWith(
    TOOLS,
    `${deed.name} killed at each rename: every login can be read, and the same command finishes the work`,
    async () => {
      await using world = await startSealedWorld();
      const rows = await hitSealed(deed, world, { select: ({ name }) => name === "rename" });
      assertEquals(rows.flatMap(({ wrong }) => wrong), []);
      assert(rows.length > 0);
    },
  );
}
