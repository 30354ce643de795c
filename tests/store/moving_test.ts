// Logins on their way between the files of a computer and a database, and profiles that go or come.
// Rule: the database is made slow, so that a command is killed where it matters.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { testWith } from "../support/needs.ts";
import { findPostgres, type Postgres, startPostgres } from "../support/postgres.ts";
import { browse } from "../support/scripted_browser.ts";
import { type SharedWorld, sharedWorld } from "../support/shared_world.ts";
import { registeredListener, SIGN_IN_ADDRESS } from "../support/sign_in.ts";

const POSTGRES = findPostgres();
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };
const LOCAL = { ANAPLAN_AUTH_STORE: "local" };
const ACTIVE = "FROM pg_stat_activity WHERE usename = 'anaplan' AND wait_event = 'PgSleep'";

/** Makes each change of a row take so many seconds. */
async function slow({ sql }: Postgres, seconds: number): Promise<void> {
  await sql(
    `CREATE OR REPLACE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN PERFORM pg_sleep(${seconds}); RETURN new; END'`,
  );
  await sql(
    "CREATE OR REPLACE TRIGGER slow BEFORE UPDATE ON anaplan_auth_logins " +
      "FOR EACH ROW EXECUTE FUNCTION slow()",
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

testWith(
  POSTGRES,
  "push and pull that are killed in the middle leave both logins, and the same command finishes",
  async (bin, test) => {
    await using postgres = await startPostgres(bin);
    await using world = await sharedWorld(postgres, 2);
    const token = (await world.run(0, ["token"])).stdout;
    const both = async (): Promise<void> => {
      const status = await world.run(0, ["store", "status"]);
      assertMatch(status.stdout, /^default +generation \d+, saved /m);
      assertStringIncludes(status.stdout, "In files of this computer: default.");
      const json = await world.run(0, ["store", "status", "--json"]);
      assertEquals(JSON.parse(json.stdout).in_files, ["default"]);
      assertEquals((await world.run(0, ["token"], LOCAL)).stdout, token);
    };
    await test.step("pull", async () => {
      await slow(postgres, 1);
      await killedInChange(world, postgres, ["store", "pull"]);
      await postgres.sql(`SELECT pg_terminate_backend(pid) ${ACTIVE}`); // as when the computer is gone
      await idle(postgres);
      await both();
      const again = await world.run(0, ["store", "pull"]);
      assertEquals([again.code, again.stderr], [0, ""]);
      assertEquals((await world.run(0, ["token"], LOCAL)).stdout, token);
      assertEquals(await world.column("login"), "");
    });
    await test.step("push", async () => {
      await slow(postgres, 1);
      await killedInChange(world, postgres, ["store", "push"]);
      await idle(postgres);
      await both();
      const again = await world.run(0, ["store", "push"]);
      assertEquals([again.code, again.stderr], [0, ""]);
      assertEquals((await world.run(0, ["token"], LOCAL)).code, 3);
      assertEquals((await world.run(1, ["token"])).stdout, token);
      const status = await world.run(0, ["store", "status"]);
      assertEquals(status.stdout.includes("In files"), false);
    });
    await test.step("and the login works", async () => {
      assertEquals((await world.run(1, ["refresh"])).code, 0);
    });
  },
  OPTIONS,
);

testWith(
  POSTGRES,
  "profile remove also removes the settings that are in the store",
  async (bin) => {
    await using postgres = await startPostgres(bin);
    await using world = await sharedWorld(postgres, 2);
    assertMatch(await world.column("settings"), /sealed/);
    const removed = await world.run(0, ["profile", "remove", "default"]);
    assertEquals(removed.code, 0, removed.stderr);
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
    await using postgres = await startPostgres(bin);
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
