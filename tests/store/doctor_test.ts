// doctor beside a login store. Rule: a store that cannot be used is one finding of several.
import { assertEquals } from "@std/assert";
import { testWith } from "../support/needs.ts";
import { filePostgres } from "../support/file_postgres.ts";
import { findPostgres } from "../support/postgres.ts";
import { type SharedWorld, sharedWorld } from "../support/shared_world.ts";
import { registeredListener, sandboxFlags } from "../support/sign_in.ts";

const POSTGRES = findPostgres();
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

/** The checks by their names, each with its mark. */
async function checks(
  world: SharedWorld,
  computer: number,
  env: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, string>>> {
  const { clients: { rotating } } = world.sandbox;
  const flags = sandboxFlags(world.sandbox, rotating, registeredListener(world.sandbox));
  const outcome = await world.run(computer, ["doctor", ...flags], env);
  const lines = [...outcome.stdout.matchAll(/^([✓!✗–]) (\S+(?: \S+)?) {2,}/gm)];
  return Object.fromEntries(lines.map(([, mark = "", name = ""]) => [name, mark]));
}

testWith(
  POSTGRES,
  "doctor makes every other check when the store cannot be used",
  async (bin, test) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 2);
    const before = await checks(world, 0);
    assertEquals([before.Store, before.Sealing, before.Login], ["✓", "✓", "✓"]);
    await world.makeStale();
    const { Region: _, ...others } = before; // no token, no question
    const unusable = { ...others, Store: "✗", Sealing: "–", Login: "–" };
    await test.step("no key", async () => {
      const found = await checks(world, 0, { ANAPLAN_AUTH_KEY_FILE: "" });
      assertEquals(found, unusable);
    });
    await postgres.kill();
    await test.step("it is down", async () => {
      assertEquals(await checks(world, 0), unusable);
    });
    await test.step("a new computer has no settings", async () => {
      const found = await checks(world, 1);
      assertEquals([found.Port, found.Files, found.Store, found.Login], ["✓", "✓", "✗", "–"]);
    });
  },
  OPTIONS,
);
