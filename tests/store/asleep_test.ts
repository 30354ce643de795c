// A computer that falls asleep between the preparation of a refresh and its request. Rule: the database, the provider's
// TLS and the processes are real; what hours would bring is done at once.
import { assertEquals, assertNotEquals } from "@std/assert";
import { until } from "../support/held_answer.ts";
import { testWith } from "../support/needs.ts";
import { findPostgres, startPostgres } from "../support/postgres.ts";
import { sharedWorld } from "../support/shared_world.ts";
import { tcpRelay } from "../support/tcp_relay.ts";

const OPTIONS = { sanitizeOps: false, sanitizeResources: false };
/** How long a lock counts as proven, in milliseconds. */
const PROVEN = 5_000;

testWith(
  findPostgres(),
  "a computer that slept during the handshake sends no refresh token that another one has used",
  async (bin) => {
    await using postgres = await startPostgres(bin);
    await using world = await sharedWorld(postgres, 2);
    const endpoint = new URL(world.sandbox.endpoints.token);
    await using relay = tcpRelay(Number(endpoint.port));
    endpoint.port = `${relay.port}`;
    await world.change({ expiresAt: Date.now() - 60_000, tokenEndpoint: endpoint.href });
    const since = world.sandbox.requests.length;
    const handshake = relay.holdNext();
    await using asleep = await world.start(0, ["token"]);
    await handshake.begun;
    await until(async () => await world.column("refreshing_by") !== "", "a refresh that began");
    await new Promise((resolve) => setTimeout(resolve, 300)); // it has locked the row again, and waits for the provider
    asleep.signal("SIGSTOP");
    const slept = Date.now();
    // what the server does when idle_in_transaction_session_timeout has passed, and how long an attempt is left alone
    await postgres.sql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'anaplan'",
    );
    await world.database.endAttempt();
    const other = await world.run(1, ["token"]);
    assertEquals(other.code, 0, other.stderr);
    handshake.letGo();
    await new Promise((resolve) => setTimeout(resolve, slept + PROVEN + 500 - Date.now()));
    asleep.signal("SIGCONT");
    const { code, stdout } = await asleep.outcome;
    assertEquals(world.refreshes(since), [200], "the used refresh token was sent again");
    assertEquals(stdout, "");
    assertNotEquals(code, 0);
    const after = await world.run(0, ["token"]);
    assertEquals([after.code, after.stdout], [0, other.stdout]);
  },
  OPTIONS,
);
