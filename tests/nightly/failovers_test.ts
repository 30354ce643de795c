// Failovers in the middle of refreshes: a PostgreSQL primary that is killed and its standby promoted, and an etcd leader
// that is killed. Rule: the answer is on its way when the server dies; the next commands say whether the login still works.
import { assert } from "@std/assert";
import { findEtcd, startEtcd } from "../support/etcd.ts";
import { testWith } from "../support/needs.ts";
import { findPostgres, startPostgres } from "../support/postgres.ts";
import { type SharedWorld, sharedWorld } from "../support/shared_world.ts";
import { tcpRelay } from "../support/tcp_relay.ts";
import { pause } from "../torture/races.ts";

const TIMES = 5;
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

testWith(
  findEtcd(),
  "a leader of 3 members that is killed between answer and save costs nothing",
  async () => {
    for (let time = 0; time < TIMES; time++) assert(await etcdOnce(), "the login is lost");
  },
  OPTIONS,
);

testWith(
  findPostgres(),
  "a primary that is killed between answer and save costs nothing, with a synchronous standby",
  async () => {
    for (let time = 0; time < TIMES; time++) assert(await postgresOnce(), "the login is lost");
  },
  OPTIONS,
);

async function etcdOnce(): Promise<boolean> {
  await using etcd = await startEtcd(findEtcd().path ?? "", 3);
  await using world = await sharedWorld(etcd, 2);
  return await lives(world, async () => {
    for (const member of etcd.members) if (await member.isLeader()) member.signal("SIGKILL");
  });
}

async function postgresOnce(): Promise<boolean> {
  await using primary = await startPostgres(findPostgres().path ?? "");
  await using relay = tcpRelay(primary.port);
  const standby = await primary.standby("standby");
  const url = primary.url.replace(`:${primary.port}/`, `:${relay.port}/`);
  await using world = await sharedWorld(primary, 2, { ANAPLAN_AUTH_STORE: url });
  await primary.sql("ALTER SYSTEM SET synchronous_standby_names = '*'");
  await primary.reload();
  while ((await primary.sql("SELECT sync_state FROM pg_stat_replication")).trim() !== "sync") {
    await pause(20);
  }
  return await lives(world, async () => {
    await primary.kill();
    await standby.promote();
    await standby.sql("ALTER SYSTEM RESET synchronous_standby_names");
    await standby.reload();
    relay.leadTo(standby.port);
  });
}

/** Whether a refresh and the login survive what happens between the server's answer and the save. */
async function lives(world: SharedWorld, happens: () => Promise<void>): Promise<boolean> {
  await world.makeStale();
  const since = world.sandbox.requests.length;
  const gate = Promise.withResolvers<void>();
  world.sandbox.fault("/oauth/token", { until: gate.promise });
  await using program = await world.start(0, ["token"]);
  while (world.sandbox.requests.length === since) await pause(20);
  const happening = happens();
  gate.resolve();
  await happening;
  await program.outcome;
  const codes = [(await world.run(0, ["token"])).code, (await world.run(1, ["refresh"])).code];
  return codes.every((code) => code === 0);
}
