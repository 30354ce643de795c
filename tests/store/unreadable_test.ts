// A login in the store that no key opens, and rescued tokens that are damaged. Rule: what replaces or removes a login
// does so, and says it; what needs the login does not.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { testWith } from "../support/needs.ts";
import { nextWords } from "../support/words.ts";
import { filePostgres } from "../support/file_postgres.ts";
import { findPostgres } from "../support/postgres.ts";
import { newKey, sealByHand } from "../support/sealed.ts";
import { type SharedWorld, sharedWorld } from "../support/shared_world.ts";
import { login, signIn } from "../support/sign_in.ts";

const POSTGRES = findPostgres();
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

/** Seals the login of the row with a key that is lost. */
async function loseKey(world: SharedWorld): Promise<void> {
  await world.change({});
  await world.database.replaceLogin(sealByHand("{}", newKey(), "default").trim());
}

const GIVEN_UP =
  /^Warning: profile default in the login store \S+ cannot be opened with key \S+: it is sealed with key \S+; it is given up for every computer$/m;

testWith(
  POSTGRES,
  "a row whose key is lost is replaced by login, and removed by logout and profile remove",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 1);
    const [home] = world.homes;
    if (home === undefined) throw new Error("there is no computer");
    await loseKey(world);
    const refused = await world.run(0, ["refresh"]);
    assertEquals(refused.code, 7);
    const [, ...flags] = nextWords(
      refused.stderr,
      "Next: give this computer the key of the store's logins; if it is lost: anaplan-auth login",
    );
    const { outcome } = await login(world.sandbox, home, { env: world.env, flags });
    assertMatch(outcome.stderr, GIVEN_UP);
    assertEquals((await world.run(0, ["refresh"])).code, 0, "the new login works");
    for (const argv of [["logout"], ["logout", "--all"], ["profile", "remove", "default"]]) {
      await signIn(world.sandbox, home, { env: world.env });
      await loseKey(world);
      const removed = await world.run(0, argv);
      assertEquals(removed.code, 0, removed.stderr);
      assertMatch(removed.stderr, GIVEN_UP);
      assertEquals(await world.column("login"), "", argv.join(" "));
    }
  },
  OPTIONS,
);

testWith(POSTGRES, "one login that cannot be moved keeps no other where it is", async (bin) => {
  await using postgres = await filePostgres(bin);
  await using world = await sharedWorld(postgres, 1);
  await postgres.sql(
    "INSERT INTO anaplan_auth_logins (profile, login) VALUES ('a', 'x'), ('z', 'x')",
  );
  const pulled = await world.run(0, ["store", "pull", "--all"]);
  assertEquals(pulled.code, 7);
  assertStringIncludes(pulled.stderr, "Moved to files of this computer: default.\n");
  assertStringIncludes(pulled.stderr, "\nProfile a in the login store");
  const token = await world.run(0, ["token"], { ANAPLAN_AUTH_STORE: "local" });
  assertEquals(token.code, 0, token.stderr);
}, OPTIONS);
