// What a computer has of logins beside those in a shared store, and a profile that is in neither.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { testWith } from "../support/needs.ts";
import { filePostgres } from "../support/file_postgres.ts";
import { findPostgres } from "../support/postgres.ts";
import { sharedWorld } from "../support/shared_world.ts";
import { namesIn } from "../support/temp_dir.ts";

const POSTGRES = findPostgres();
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

testWith(
  POSTGRES,
  "logout and profile remove name a login that is in files of this computer, and is not the store's",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 1);
    const [home] = world.homes;
    if (home === undefined) throw new Error("there is no computer");
    await Deno.mkdir(`${home.configDir}/credentials`, { recursive: true, mode: 0o700 });
    await Deno.writeTextFile(home.credentialsFile(), "{}", { mode: 0o600 });
    for (const argv of [["logout"], ["logout", "--all"], ["profile", "remove", "default"]]) {
      const { code, stderr } = await world.run(0, argv);
      assertEquals(code, 0, stderr);
      assertMatch(
        stderr,
        /credentials\/default\.json still has a login, which is not in the login store; /,
      );
    }
    assertEquals(await Deno.readTextFile(home.credentialsFile()), "{}");
  },
  OPTIONS,
);

testWith(
  POSTGRES,
  "store push and store pull of a profile that does not exist is exit 3",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 1);
    for (const verb of ["push", "pull"]) {
      const typo = await world.run(0, ["store", verb, "--profile", "defualt"]);
      assertEquals(typo.code, 3, typo.stderr);
      assertStringIncludes(typo.stderr, "there is no profile defualt");
    }
    const none = await world.run(0, ["store", "push"]);
    assertEquals([none.code, none.stdout], [0, "There was no login to move.\n"]);
  },
  OPTIONS,
);

testWith(
  POSTGRES,
  "logout leaves nothing of this computer's copy, what a kill left of it included",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 1);
    assertEquals((await world.run(0, ["refresh"])).code, 0);
    const shared = `${world.homes[0]?.configDir}/shared`;
    const [store = ""] = namesIn(shared);
    const leftover = `${shared}/${store}/default.json.${crypto.randomUUID()}.tmp`;
    await Deno.writeTextFile(leftover, "{}", { mode: 0o600 });
    const { code, stderr } = await world.run(0, ["logout"]);
    assertEquals([code, stderr.includes(".tmp")], [0, false], stderr);
    assertEquals(namesIn(`${shared}/${store}`).filter((name) => name.includes(".json")), []);
  },
  OPTIONS,
);
