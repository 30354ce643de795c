// Real processes of several computers on one login in PostgreSQL: races, kills, restarts, a frozen holder, a failover.
// Rule: the server's own record says how many requests there were, and the row is opened by hand.
import { assertEquals, assertMatch } from "@std/assert";
import { heldAnswer, leaveRescue, until, waitForRequest } from "../support/held_answer.ts";
import { testWith } from "../support/needs.ts";
import { filePostgres } from "../support/file_postgres.ts";
import { findPostgres, startPostgres } from "../support/postgres.ts";
import { sharedWorld } from "../support/shared_world.ts";
import { modeOf } from "../support/temp_dir.ts";
import { tcpRelay } from "../support/tcp_relay.ts";

const POSTGRES = findPostgres();
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

testWith(
  POSTGRES,
  "40 processes of 4 computers with a stale login send one request",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 4);
    await world.makeStale();
    const [since, generation] = [
      world.sandbox.requests.length,
      Number(await world.column("generation")),
    ];
    const commands = Array.from({ length: 40 }, (_, index) => world.run(index % 4, ["token"]));
    const outcomes = await Promise.all(commands);
    assertEquals(outcomes.filter(({ code }) => code !== 0).map(({ stderr }) => stderr), []);
    assertEquals(world.refreshes(since), [200]);
    assertEquals(new Set(outcomes.map(({ stdout }) => stdout)).size, 1);
    assertEquals(Number(await world.column("generation")), generation + 1);
    assertEquals((await world.run(2, ["refresh"])).code, 0, "the login still works");
  },
  OPTIONS,
);

testWith(
  POSTGRES,
  "more processes than the server has connections wait for their turn",
  async (bin) => {
    await using postgres = await startPostgres(bin, {
      settings: ["max_connections=8", "max_wal_senders=0"],
    });
    await using world = await sharedWorld(postgres, 12);
    await world.makeStale();
    const since = world.sandbox.requests.length;
    const outcomes = await Promise.all(world.homes.map((_, home) => world.run(home, ["token"])));
    assertEquals(outcomes.filter(({ code }) => code !== 0).map(({ stderr }) => stderr), []);
    assertEquals(world.refreshes(since), [200]);
  },
  OPTIONS,
);

testWith(
  POSTGRES,
  "a database that is killed between request and save costs nothing",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 2);
    await world.makeStale();
    const since = world.sandbox.requests.length;
    const answer = heldAnswer(world);
    await using program = await world.start(0, ["token"]);
    await waitForRequest(world, since);
    await postgres.kill();
    answer();
    await until(() => world.kept(0, ".rescued").length === 1, "a rescue file");
    const [rescued = ""] = world.kept(0, ".rescued");
    assertEquals(modeOf(rescued), "600");
    assertMatch(Deno.readTextFileSync(rescued), /^\{"version":2,"sealed":"eyJ/);
    await postgres.start();
    const outcome = await program.outcome;
    assertEquals([outcome.code, outcome.stderr], [0, ""]);
    assertEquals(world.kept(0, ".rescued"), []);
    assertEquals((await world.login()).accessToken, outcome.stdout.trim());
    assertEquals((await world.run(1, ["refresh"])).code, 0, "the login still works");
  },
  OPTIONS,
);

testWith(
  POSTGRES,
  "tokens of a process that was killed before it could save are delivered by the next one",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 2);
    const since = world.sandbox.requests.length;
    await leaveRescue(world, postgres);
    const next = await world.run(0, ["token"]);
    assertEquals(next.code, 0, next.stderr);
    assertMatch(
      next.stderr,
      /^Warning: the tokens that were rescued to .* are now in the login store$/m,
    );
    assertEquals(world.refreshes(since), [200]);
    assertEquals((await world.login()).accessToken, next.stdout.trim());
    assertEquals((await world.run(1, ["refresh"])).code, 0, "the login still works");
  },
  OPTIONS,
);

testWith(
  POSTGRES,
  "tokens are saved although the directory of the rescue file is gone",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 2);
    await world.makeStale();
    const since = world.sandbox.requests.length;
    const answer = heldAnswer(world);
    await using program = await world.start(0, ["token"]);
    await waitForRequest(world, since);
    await Deno.remove(`${world.homes[0]?.configDir}/shared`, { recursive: true });
    answer();
    const outcome = await program.outcome;
    assertEquals(outcome.code, 0, outcome.stderr);
    assertEquals((await world.login()).accessToken, outcome.stdout.trim());
    assertEquals((await world.run(1, ["refresh"])).code, 0, "the login still works");
  },
  OPTIONS,
);

testWith(
  POSTGRES,
  "tokens that neither the store nor the rescue file takes wait elsewhere for the next command",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 2);
    await world.makeStale();
    const since = world.sandbox.requests.length;
    const answer = heldAnswer(world);
    await using program = await world.start(0, ["token"]);
    await waitForRequest(world, since);
    await Deno.remove(`${world.homes[0]?.configDir}/shared`, { recursive: true });
    await postgres.sql("REVOKE UPDATE ON anaplan_auth_logins FROM anaplan");
    answer();
    const outcome = await program.outcome;
    assertEquals(outcome.code, 7, outcome.stderr);
    const path = /they are in ~(\S+\.json)/.exec(outcome.stderr)?.[1] ?? "";
    assertEquals(modeOf(`${world.homes[0]?.path}${path}`), "600");
    await postgres.sql("GRANT UPDATE ON anaplan_auth_logins TO anaplan");
    const next = await world.run(0, ["token"]);
    assertEquals(next.code, 0, next.stderr);
    assertEquals(world.refreshes(since), [200]);
    assertEquals((await world.run(1, ["refresh"])).code, 0, "the login still works");
  },
  OPTIONS,
);

testWith(
  POSTGRES,
  "a failover to a synchronous standby in the middle of a refresh loses nothing",
  async (bin) => {
    const settings = ["synchronous_standby_names=*", "hot_standby=on"];
    await using primary = await startPostgres(bin);
    await using relay = tcpRelay(primary.port);
    const standby = await primary.standby("standby");
    const url = primary.url.replace(`:${primary.port}/`, `:${relay.port}/`);
    await using world = await sharedWorld(primary, 2, { ANAPLAN_AUTH_STORE: url });
    await primary.sql(`ALTER SYSTEM SET ${settings[0]?.replace("=*", " = '*'")}`);
    await primary.reload();
    await until(
      async () =>
        (await primary.sql("SELECT sync_state FROM pg_stat_replication")).trim() === "sync",
      "a synchronous standby",
    );
    await world.makeStale();
    const since = world.sandbox.requests.length;
    const answer = heldAnswer(world);
    await using program = await world.start(0, ["token"]);
    await waitForRequest(world, since);
    await primary.kill();
    answer();
    await until(() => world.kept(0, ".rescued").length === 1, "a rescue file");
    await standby.promote();
    await standby.sql("ALTER SYSTEM RESET synchronous_standby_names");
    await standby.reload();
    relay.leadTo(standby.port);
    const outcome = await program.outcome;
    assertEquals([outcome.code, outcome.stderr], [0, ""]);
    const next = await world.run(1, ["refresh"]);
    assertEquals(next.code, 0, next.stderr);
    assertEquals(world.refreshes(since), [200, 200]);
  },
  OPTIONS,
);
