// Processes that wait for the whole time that an attempt of a dead or frozen one is left alone: minutes each. Rule: run
// by name, deno test -A tests/store/long_waits.ts, and not with every change.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { heldAnswer, waitForRequest } from "../support/held_answer.ts";
import { testWith } from "../support/needs.ts";
import { filePostgres } from "../support/file_postgres.ts";
import { findPostgres } from "../support/postgres.ts";
import { sharedWorld } from "../support/shared_world.ts";

const POSTGRES = findPostgres();
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

testWith(
  POSTGRES,
  "a holder that is frozen past its limits is fenced off, and takes what came after it",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 2);
    await world.makeStale();
    const since = world.sandbox.requests.length;
    const answer = heldAnswer(world);
    await using frozen = await world.start(0, ["token"]);
    await waitForRequest(world, since);
    frozen.signal("SIGSTOP");
    // what the server does when idle_in_transaction_session_timeout has passed
    await postgres.sql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'anaplan'",
    );
    const other = await world.run(1, ["token"]);
    assertEquals(other.code, 0, other.stderr);
    assert(other.milliseconds > 150_000, "the frozen process is given its time");
    const generation = await world.column("generation");
    answer();
    frozen.signal("SIGCONT");
    const late = await frozen.outcome;
    assertEquals([late.code, late.stdout], [0, other.stdout]);
    assertEquals(
      await world.column("generation"),
      generation,
      "nothing was saved over the newer login",
    );
    assertEquals((await world.login()).accessToken, other.stdout.trim());
  },
  OPTIONS,
);

testWith(
  POSTGRES,
  "a holder that was killed is waited for as long as one that lives, on its own computer as well",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 2);
    await world.makeStale();
    const since = world.sandbox.requests.length;
    world.sandbox.fault("/oauth/token", { until: new Promise(() => {}) });
    await using program = await world.start(0, ["token"]);
    await waitForRequest(world, since);
    assertMatch(await world.column("refreshing_by"), /, process \d+$/);
    program.signal("SIGKILL");
    await program.outcome;
    // a copy of this computer may have the same names and files, and be alive
    const next = await world.run(0, ["token"]);
    assertEquals(next.code, 0, next.stderr);
    assert(next.milliseconds > 150_000 && next.milliseconds < 180_000, `${next.milliseconds} ms`);
    assertEquals(await world.column("refreshing_by"), "");
  },
  OPTIONS,
);
