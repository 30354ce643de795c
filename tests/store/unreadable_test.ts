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
import { exists } from "../support/temp_dir.ts";

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

testWith(POSTGRES, "settings in the store that cannot be opened hinder no command", async (bin) => {
  await using postgres = await filePostgres(bin);
  await using world = await sharedWorld(postgres, 1);
  await postgres.sql("UPDATE anaplan_auth_logins SET settings = 'damaged'");
  const refreshed = await world.run(0, ["refresh"]);
  assertEquals(refreshed.code, 0, refreshed.stderr);
  assertStringIncludes(refreshed.stderr, "the settings in the login store cannot be opened");
  assertEquals((await world.run(0, ["refresh"])).stderr, "", "the row has settings again");
}, OPTIONS);

testWith(POSTGRES, "damaged rescued tokens are set aside, and hinder no command", async (bin) => {
  await using postgres = await filePostgres(bin);
  await using world = await sharedWorld(postgres, 1);
  const [copy = ""] = world.kept(0, "default.json");
  const path = copy.replace(/json$/, "rescued");
  await Deno.writeTextFile(path, '{"version":2,"sea', { mode: 0o600 });
  const refreshed = await world.run(0, ["refresh"]);
  assertEquals(refreshed.code, 0, refreshed.stderr);
  assertMatch(
    refreshed.stderr,
    /^Warning: Cannot read .*: they are damaged; it is now .*\.bad, which you can remove/,
  );
  assertEquals([exists(path), exists(`${path}.bad`)], [false, true]);
  assertEquals((await world.run(0, ["refresh"])).stderr, "");
}, OPTIONS);

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

testWith(
  POSTGRES,
  "push --all also moves a login that a killed sign-in left beside its place",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 1);
    assertEquals((await world.run(0, ["store", "pull"])).code, 0);
    const path = `${world.homes[0]?.configDir}/credentials/default.json`;
    await Deno.rename(path, `${path}.next`);
    const status = await world.run(0, ["store", "status"]);
    assertStringIncludes(status.stdout, "In files of this computer: default.");
    const pushed = await world.run(0, ["store", "push", "--all"]);
    assertEquals(pushed.code, 0, pushed.stderr);
    assertStringIncludes(pushed.stdout, ": default.");
  },
  OPTIONS,
);
