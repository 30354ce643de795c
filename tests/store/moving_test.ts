// Logins on their way between the files of a computer and a database, and profiles that go or come.
// Rule: the database is made slow, so that a command is killed where it matters.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { testWith } from "../support/needs.ts";
import { nextWords } from "../support/words.ts";
import { filePostgres } from "../support/file_postgres.ts";
import { findPostgres, type Postgres } from "../support/postgres.ts";
import { browse } from "../support/scripted_browser.ts";
import { type SharedWorld, sharedWorld } from "../support/shared_world.ts";
import { registeredListener, SIGN_IN_ADDRESS } from "../support/sign_in.ts";

const POSTGRES = findPostgres();
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };
const LOCAL = { ANAPLAN_AUTH_STORE: "local" };
const ACTIVE = "FROM pg_stat_activity WHERE usename = 'anaplan' AND wait_event = 'PgSleep'";

/** Makes each change of a row take so many seconds, or those that `which` names. */
async function slow({ sql }: Postgres, seconds: number, which = ""): Promise<void> {
  await sql(
    `CREATE OR REPLACE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN PERFORM pg_sleep(${seconds}); RETURN new; END'`,
  );
  await sql(
    "CREATE OR REPLACE TRIGGER slow BEFORE UPDATE ON anaplan_auth_logins " +
      `FOR EACH ROW ${which} EXECUTE FUNCTION slow()`,
  );
}

/** Runs a command until its change is being made, and kills it. */
async function killedInChange(
  world: SharedWorld,
  { sql }: Postgres,
  argv: readonly string[],
): Promise<void> {
  await using program = await world.start(0, argv);
  while ((await sql(`SELECT count(*) ${ACTIVE}`)).trim() === "0") {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  program.signal("SIGKILL");
  await program.outcome;
}

async function idle({ sql }: Postgres): Promise<void> {
  while ((await sql(`SELECT count(*) ${ACTIVE}`)).trim() !== "0") {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await sql("DROP TRIGGER slow ON anaplan_auth_logins");
}

/** What is on both sides of a move that was killed: the login, with the same access token. */
async function assertBoth(world: SharedWorld, token: string): Promise<void> {
  const status = await world.run(0, ["store", "status"]);
  assertMatch(status.stdout, /^default +generation \d+, saved /m);
  assertStringIncludes(status.stdout, "In files of this computer: default.");
  const json = await world.run(0, ["store", "status", "--json"]);
  assertEquals(JSON.parse(json.stdout).in_files, ["default"]);
  assertEquals((await world.run(0, ["token"], LOCAL)).stdout, token);
}

/** A refresh on the wrong side of a move is refused, and nothing is sent. */
async function assertRefused(
  world: SharedWorld,
  home: number,
  env: Readonly<Record<string, string>>,
  said: RegExp,
): Promise<string> {
  const since = world.sandbox.requests.length;
  const refresh = await world.run(home, ["refresh"], env);
  assertMatch(refresh.stderr, said);
  assertEquals([refresh.code, refresh.stdout], [7, ""]);
  assertEquals(world.refreshes(since), []);
  return refresh.stderr;
}

const MOVED = "Cannot refresh the login: it is being moved to";

testWith(
  POSTGRES,
  "a push that is killed leaves one login that can be refreshed, and the same command finishes",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 2);
    const token = (await world.run(0, ["token"])).stdout;
    assertEquals((await world.run(0, ["store", "pull"])).code, 0);
    await slow(postgres, 1);
    await killedInChange(world, postgres, ["store", "push"]);
    await idle(postgres);
    await assertBoth(world, token);
    const refused = await assertRefused(world, 0, LOCAL, new RegExp(`^${MOVED} postgresql://`));
    const typed = nextWords(refused, "Next: finish the move: anaplan-auth store push");
    assertEquals((await world.run(1, ["refresh"])).code, 0);
    const again = await world.run(0, typed);
    assertEquals([again.code, again.stderr], [0, ""]);
    assertEquals((await world.run(0, ["token"], LOCAL)).code, 3);
    const status = await world.run(0, ["store", "status"]);
    assertEquals(status.stdout.includes("In files"), false);
    assertEquals((await world.run(0, ["refresh"])).code, 0, "the login still works");
  },
  OPTIONS,
);

testWith(
  POSTGRES,
  "a pull that is killed leaves one login that can be refreshed, and the same command finishes",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 2);
    const token = (await world.run(0, ["token"])).stdout;
    await slow(postgres, 1, "WHEN (new.login IS NULL)");
    await killedInChange(world, postgres, ["store", "pull"]);
    await postgres.sql(`SELECT pg_terminate_backend(pid) ${ACTIVE}`); // as when the computer is gone
    await idle(postgres);
    await assertBoth(world, token);
    let typed: string[] = [];
    for (const home of [0, 1]) {
      const refused = await assertRefused(
        world,
        home,
        {},
        new RegExp(`^${MOVED} files of .*\\.$`, "m"),
      );
      typed = nextWords(refused, "Next: finish the move there: anaplan-auth store pull");
    }
    assertEquals((await world.run(0, ["refresh"], LOCAL)).code, 0);
    const again = await world.run(0, typed);
    assertEquals([again.code, again.stderr], [0, ""]);
    assertEquals(await world.column("login"), "");
    assertEquals((await world.run(0, ["refresh"], LOCAL)).code, 0, "the login still works");
  },
  OPTIONS,
);

testWith(
  POSTGRES,
  "a move that is killed can be taken back by the move in the other direction",
  async (bin, test) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 2);
    const working = async (env: Readonly<Record<string, string>>): Promise<void> => {
      assertEquals((await world.run(0, ["refresh"], env)).code, 0, "the login works");
    };
    await test.step("a pull that got nowhere", async () => {
      await slow(postgres, 1);
      await killedInChange(world, postgres, ["store", "pull"]); // while it marks the row
      await idle(postgres);
      await assertRefused(world, 1, {}, new RegExp(`^${MOVED} files of `));
      const push = await world.run(0, ["store", "push"]);
      assertEquals([push.code, push.stderr], [0, ""]);
      await working({});
    });
    await test.step("a pull that has saved the login here", async () => {
      await slow(postgres, 1, "WHEN (new.login IS NULL)");
      await killedInChange(world, postgres, ["store", "pull"]);
      await postgres.sql(`SELECT pg_terminate_backend(pid) ${ACTIVE}`);
      await idle(postgres);
      await working(LOCAL);
      const push = await world.run(0, ["store", "push"]);
      assertEquals([push.code, push.stderr], [0, ""]);
      assertEquals((await world.run(0, ["token"], LOCAL)).code, 3);
      await working({});
    });
    await test.step("a push that got nowhere", async () => {
      assertEquals((await world.run(0, ["store", "pull"])).code, 0);
      await slow(postgres, 1);
      await killedInChange(world, postgres, ["store", "push"]);
      await postgres.sql(`SELECT pg_terminate_backend(pid) ${ACTIVE}`);
      await idle(postgres);
      assertEquals(await world.column("login"), "");
      await assertRefused(world, 0, LOCAL, new RegExp(`^${MOVED} postgresql://`));
      const pull = await world.run(0, ["store", "pull"]);
      assertEquals([pull.code, pull.stderr], [0, ""]);
      await working(LOCAL);
    });
  },
  OPTIONS,
);

testWith(
  POSTGRES,
  "signing out of the rest of a push does not end the login that has moved",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 2);
    assertEquals((await world.run(0, ["store", "pull"])).code, 0);
    await slow(postgres, 1);
    await killedInChange(world, postgres, ["store", "push"]);
    await idle(postgres);
    const logout = await world.run(0, ["logout"], LOCAL);
    assertEquals(logout.code, 0, logout.stderr);
    assertStringIncludes(logout.stdout, "The login was not ended: it was being moved to ");
    assertEquals((await world.run(1, ["refresh"])).code, 0, "the login still works");
  },
  OPTIONS,
);

testWith(
  POSTGRES,
  "profile remove says that it is for every computer, and also removes the settings that are in the store",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 2);
    assertMatch(await world.column("settings"), /sealed/);
    const removed = await world.run(0, ["profile", "remove", "default"]);
    assertEquals(removed.code, 0, removed.stderr);
    assertMatch(removed.stderr, / from the login store \S+, so for every computer that uses it; /);
    assertEquals([await world.column("settings"), await world.column("login")], ["", ""]);
    const other = await world.run(1, ["whoami"]);
    assertEquals(other.code, 3, other.stderr);
    assertEquals((await world.run(1, ["profile", "show"])).code, 2, "nothing came");
  },
  OPTIONS,
);

testWith(
  POSTGRES,
  "login on a new computer uses the settings that are in the store",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 2);
    const { redirectUri } = registeredListener(world.sandbox);
    assertEquals(
      (await world.run(0, ["profile", "set", "--redirect-uri", redirectUri])).code,
      0,
    );
    assertEquals((await world.run(0, ["logout"])).code, 0);
    const secret = { ANAPLAN_CLIENT_SECRET: world.sandbox.clients.rotating.clientSecret };
    // it names no client and no server; a client's secret is in the login, which is gone
    await using program = await world.start(1, ["login", "--no-browser"], secret);
    const [address] = await program.said(SIGN_IN_ADDRESS);
    assertEquals(new URL(address).searchParams.get("redirect_uri"), redirectUri);
    await browse(address);
    const outcome = await program.outcome;
    assertEquals(outcome.code, 0, outcome.stderr);
    const [one, other] = [await world.run(0, ["token"]), await world.run(1, ["token"])];
    assertEquals([one.code, one.stdout], [0, other.stdout]);
  },
  OPTIONS,
);
