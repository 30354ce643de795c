// What a database can refuse, and what is said of it. Rule: the login is stale, so that each command wants to save; and
// nothing is sent to the authorization server.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { testWith } from "../support/needs.ts";
import { filePostgres } from "../support/file_postgres.ts";
import { findPostgres, PASSWORD, type Postgres, startPostgres } from "../support/postgres.ts";
import { type SharedWorld, sharedWorld } from "../support/shared_world.ts";
import { certificates } from "../support/certificates.ts";

const POSTGRES = findPostgres();
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

/** Runs `token` on the second computer, and makes sure of how it fails. */
async function refused(
  world: SharedWorld,
  env: Readonly<Record<string, string>>,
  code: number,
  message: string,
): Promise<void> {
  const since = world.sandbox.requests.length;
  const outcome = await world.run(1, ["token"], env);
  const [first = "", next = "", ...more] = outcome.stderr.trimEnd().split("\n");
  assertStringIncludes(first, message);
  assertEquals([outcome.code, outcome.stdout, more], [code, "", []], outcome.stderr);
  assert(next.startsWith("Next: "), next);
  assert(outcome.milliseconds < 12_000, `${outcome.milliseconds} ms`);
  assert(!outcome.stderr.includes(PASSWORD), "the password is never shown");
  assertEquals(world.sandbox.requests.length, since, "nothing was sent");
}

testWith(
  POSTGRES,
  "each refusal of a database has its own message, and nothing is sent",
  async (bin, test) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 2);
    await world.makeStale();
    const name = `127.0.0.1:${postgres.port}`;
    const url = (change: (url: URL) => void): Record<string, string> => {
      const changed = new URL(postgres.url);
      change(changed);
      return { ANAPLAN_AUTH_STORE: changed.href };
    };
    const cannot = (reason: string): string => `Cannot use the login store ${name}: ${reason}`;
    await test.step("a wrong password", () =>
      refused(
        world,
        url((url) => url.password = "wrong"),
        7,
        cannot("it rejected the user or the password"),
      ));
    await test.step("no password", () =>
      refused(
        world,
        url((url) => url.password = ""),
        7,
        cannot("it wants a password, and none is named"),
      ));
    await test.step("no such database", () =>
      refused(
        world,
        url((url) => url.pathname = "/other"),
        7,
        cannot("the database does not exist"),
      ));
    await test.step("a port on which nothing listens", () =>
      refused(
        world,
        url((url) => url.port = "1"),
        6,
        "Cannot reach the login store 127.0.0.1:1: connection refused",
      ));
    await test.step("a server without TLS", () =>
      refused(
        world,
        url((url) => url.search = "sslmode=verify-full"),
        7,
        cannot("it offers no TLS"),
      ));
    await test.step("a name that cannot be resolved", () =>
      refused(
        world,
        url((url) => url.hostname = "nowhere.anaplan.com"),
        6,
        "the name cannot be resolved",
      ));
    await test.step("a host that the task may not reach", () =>
      refused(
        world,
        url((url) => url.hostname = "db.example.com"),
        2,
        "this program may not reach it",
      ));
    await test.step("sslmode=require", () =>
      refused(world, url((url) => url.search = "sslmode=require"), 2, "sslmode=require"));
    await test.step("no key", () =>
      refused(
        world,
        { ANAPLAN_AUTH_KEY_FILE: "" },
        2,
        cannot("logins in it are sealed, and no key is named"),
      ));
    await test.step("another key", () =>
      refused(
        world,
        { ANAPLAN_AUTH_KEY_FILE: "", ANAPLAN_AUTH_KEY: btoa("k".repeat(32)) },
        7,
        "cannot be opened with key",
      ));
    await test.step("a privilege that is missing", () =>
      during(
        postgres,
        "REVOKE UPDATE ON anaplan_auth_logins FROM anaplan",
        "GRANT UPDATE ON anaplan_auth_logins TO anaplan",
        () => refused(world, {}, 7, cannot("the user lacks a privilege on its tables")),
      ));
    await test.step("a read-only database", () =>
      during(
        postgres,
        "ALTER DATABASE anaplan SET default_transaction_read_only = on",
        "ALTER DATABASE anaplan RESET default_transaction_read_only",
        () => refused(world, {}, 7, cannot("it is a read-only replica")),
        "postgres",
      ));
    await test.step("tables of a newer version", () =>
      during(
        postgres,
        "UPDATE anaplan_auth_version SET version = 2",
        "UPDATE anaplan_auth_version SET version = 1",
        () => refused(world, {}, 7, "its tables have version 2, and this program uses 1"),
      ));
    await test.step("tables that are missing", () =>
      during(
        postgres,
        "ALTER TABLE anaplan_auth_version RENAME TO other",
        "ALTER TABLE other RENAME TO anaplan_auth_version",
        () => refused(world, {}, 7, cannot("its tables are missing")),
      ));
    await test.step("a full disk, as the server says it (SQLSTATE 53100)", () =>
      during(
        postgres,
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS " +
          "'BEGIN RAISE EXCEPTION USING ERRCODE = ''53100''; END'; CREATE TRIGGER full_disk " +
          "BEFORE UPDATE ON anaplan_auth_logins FOR EACH ROW EXECUTE FUNCTION full_disk()",
        "DROP FUNCTION full_disk CASCADE",
        () => refused(world, {}, 7, cannot("its disk is full")),
      ));
    await test.step("and when all is well, it works", async () => {
      assertEquals((await world.run(1, ["token"])).code, 0);
    });
  },
  OPTIONS,
);

async function during(
  postgres: Postgres,
  before: string,
  after: string,
  work: () => Promise<void>,
  database = "anaplan",
): Promise<void> {
  await postgres.sql(before, database);
  try {
    await work();
  } finally {
    await postgres.sql(after, database);
  }
}

testWith(POSTGRES, "a standby that is still one is a read-only replica", async (bin) => {
  await using primary = await startPostgres(bin);
  await using world = await sharedWorld(primary, 2);
  await world.makeStale();
  const standby = await primary.standby("standby");
  const env = { ANAPLAN_AUTH_STORE: primary.url.replace(`:${primary.port}/`, `:${standby.port}/`) };
  await refused(world, env, 7, "it is a read-only replica");
}, OPTIONS);

testWith(
  POSTGRES,
  "the server's certificate is checked: who signed it, for which name, and until when",
  async (bin, test) => {
    await using made = await certificates();
    await using postgres = await startPostgres(bin, {
      settings: ["ssl=on"],
      files: { "server.crt": made.good.certificate, "server.key": made.good.key },
    });
    const url = `${postgres.url.replace("127.0.0.1", "localhost")}?sslmode=verify-full`;
    await using world = await sharedWorld(postgres, 2);
    await world.makeStale();
    const env = { ANAPLAN_AUTH_STORE: `${url}&sslrootcert=${made.authorityFile}` };
    await test.step("a good one", async () => {
      const outcome = await world.run(1, ["token"], env);
      assertEquals(outcome.code, 0, outcome.stderr);
      await world.makeStale();
    });
    await test.step("an authority that is not known", () =>
      refused(
        world,
        { ANAPLAN_AUTH_STORE: url },
        7,
        "its certificate cannot be trusted, or is out of date",
      ));
    await test.step("an authority that is not known, whatever turns the check off for others", () =>
      refused(
        world,
        { ANAPLAN_AUTH_STORE: url, NODE_TLS_REJECT_UNAUTHORIZED: "0", PGSSLMODE: "no-verify" },
        7,
        "its certificate cannot be trusted, or is out of date",
      ));
    await test.step("another name", () =>
      refused(
        world,
        { ANAPLAN_AUTH_STORE: env.ANAPLAN_AUTH_STORE.replace("localhost", "127.0.0.1") },
        7,
        "its certificate is for another name",
      ));
    await test.step("one that is out of date", async () => {
      await postgres.write("server.crt", made.expired.certificate);
      await postgres.write("server.key", made.expired.key);
      await postgres.reload();
      await refused(
        world,
        env,
        7,
        "its certificate cannot be trusted, or is out of date",
      );
    });
  },
  OPTIONS,
);

testWith(POSTGRES, "a fresh token comes from the copy while the database is down", async (bin) => {
  await using postgres = await filePostgres(bin);
  await using world = await sharedWorld(postgres, 2);
  const before = await world.run(1, ["token"]);
  await postgres.kill();
  const [token, header] = [await world.run(1, ["token"]), await world.run(1, ["whoami"])];
  assertEquals([token.code, token.stdout, token.stderr], [0, before.stdout, ""]);
  assertEquals(header.code, 0, header.stderr);
  const refresh = await world.run(1, ["refresh"]);
  assertEquals(refresh.code, 6);
  assertStringIncludes(
    refresh.stderr,
    `Cannot reach the login store 127.0.0.1:${postgres.port}: connection refused`,
  );
}, OPTIONS);
