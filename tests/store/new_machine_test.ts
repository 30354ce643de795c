// A computer that knows an address, a password and a key. Rule: it has no settings of its own.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { testWith } from "../support/needs.ts";
import { filePostgres } from "../support/file_postgres.ts";
import { findPostgres, PASSWORD } from "../support/postgres.ts";
import { sharedWorld } from "../support/shared_world.ts";

const POSTGRES = findPostgres();
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

testWith(
  POSTGRES,
  "a new computer uses the login with the settings that came with it",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 2);
    const whoami = await world.run(1, ["whoami"]); // it has to know the sandbox's address
    assertEquals([whoami.code, whoami.stderr], [0, ""]);
    assertStringIncludes(whoami.stdout, "Ada Lovelace");
    const list = await world.run(1, ["profile", "list"]);
    assertStringIncludes(list.stdout, "signed in as Ada Lovelace, in 127.0.0.1:");
  },
  OPTIONS,
);

testWith(
  POSTGRES,
  "a setting that one computer changes reaches the others with the next refresh",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 2);
    assertEquals((await world.run(1, ["whoami"])).code, 0);
    assertEquals(
      (await world.run(0, ["profile", "set", "--refresh-token-lifetime", "30d"])).code,
      0,
    );
    assertEquals((await world.run(1, ["refresh"])).code, 0);
    const shown = await world.run(1, ["profile", "show"]);
    assertStringIncludes(shown.stdout, "30d");
  },
  OPTIONS,
);

testWith(
  POSTGRES,
  "the password comes from a file, a variable or PostgreSQL's own file",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 2);
    await world.makeStale();
    const address = postgres.url.replace(`:${PASSWORD}@`, "@");
    const home = world.homes[1]?.path;
    await Deno.writeTextFile(`${home}/password`, `${PASSWORD}\n`);
    await Deno.writeTextFile(
      `${home}/pgpass`,
      `# a comment\nother:*:*:*:no\n127.0.0.1:${postgres.port}:anaplan:anaplan:${PASSWORD}\n`,
      { mode: 0o600 },
    );
    await Deno.writeTextFile(`${home}/.pgpass`, `*:*:*:*:${PASSWORD}\n`, { mode: 0o600 });
    const ways: readonly Record<string, string>[] = [
      { ANAPLAN_AUTH_STORE_PASSWORD_FILE: `${home}/password` },
      { PGPASSWORD: PASSWORD },
      { PGPASSFILE: `${home}/pgpass` },
      {},
    ];
    for (const way of ways) {
      const outcome = await world.run(1, ["refresh"], { ANAPLAN_AUTH_STORE: address, ...way });
      assertEquals([outcome.code, outcome.stderr], [0, ""], Object.keys(way).join());
    }
    await Deno.chmod(`${home}/.pgpass`, 0o644);
    const open = await world.run(1, ["refresh"], { ANAPLAN_AUTH_STORE: address });
    assertEquals(open.code, 7);
    assertStringIncludes(open.stderr, "other users can open it");
  },
  OPTIONS,
);

testWith(
  POSTGRES,
  "a program that exec runs gets neither the address with its password nor the key",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 2);
    const outcome = await world.run(1, ["exec", "--", "env"]);
    assertEquals(outcome.code, 0, outcome.stderr);
    assertStringIncludes(outcome.stdout, "ANAPLAN_ACCESS_TOKEN=");
    assertEquals(outcome.stdout.includes(PASSWORD), false);
    assertEquals(outcome.stdout.includes("ANAPLAN_AUTH_KEY"), false);
  },
  OPTIONS,
);

testWith(POSTGRES, "logout on one computer ends the login of all", async (bin) => {
  await using postgres = await filePostgres(bin);
  await using world = await sharedWorld(postgres, 2);
  assertEquals((await world.run(1, ["whoami"])).code, 0);
  assertEquals((await world.run(0, ["logout"])).code, 0);
  assertEquals(await world.column("login"), "");
  const other = await world.run(1, ["whoami"]);
  assertEquals(other.code, 3, other.stderr);
  assertEquals((await world.run(1, ["status"])).code, 3);
}, OPTIONS);
