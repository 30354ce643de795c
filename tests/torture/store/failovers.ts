// Failovers in the middle of refreshes: a PostgreSQL primary that is killed and its standby promoted, and an etcd leader
// that is killed. Rule: the answer is on its way when the server dies; the next commands say whether the login still works.
import { findEtcd, startEtcd } from "../../support/etcd.ts";
import { findPostgres, startPostgres } from "../../support/postgres.ts";
import { type SharedWorld, sharedWorld } from "../../support/shared_world.ts";
import { tcpRelay } from "../../support/tcp_relay.ts";

/** What came of failovers of one kind. */
export interface Failover {
  readonly what: string;
  readonly tried: number;
  readonly lost: number;
  /** Whether such a failover is known to lose logins. */
  readonly mayLose: boolean;
}

const MOST_SCENES = 3;

/** So many failovers of each kind that an engine has. */
export async function failovers(kind: "postgresql" | "etcd", count: number): Promise<Failover[]> {
  const tried = async (what: string, one: () => Promise<boolean>, mayLose = false) => {
    let lost = 0;
    for (let number = 0; number < count; number++) if (!await inAScene(one)) lost++;
    return { what, tried: count, lost, mayLose };
  };
  if (kind === "etcd") {
    return [await tried("the leader of 3 members is killed between answer and save", etcdOnce)];
  }
  return [
    await tried(
      "the primary is killed between answer and save, a synchronous standby is promoted",
      () => postgresOnce(true),
    ),
    await tried(
      "the primary is killed right after a save, an asynchronous standby that lags is promoted",
      () => postgresOnce(false),
      true,
    ),
  ];
}

/** Tries again, and says so, when the scene could not be made: servers and a sign-in on a machine that is busy. */
async function inAScene(one: () => Promise<boolean>): Promise<boolean> {
  for (let count = 1;; count++) {
    try {
      return await one();
    } catch (error) {
      if (count === MOST_SCENES) throw error;
      Deno.stderr.writeSync(new TextEncoder().encode(`the scene is made again: ${error}\n`));
    }
  }
}

async function etcdOnce(): Promise<boolean> {
  await using etcd = await startEtcd(findEtcd().path ?? "", 3);
  await using world = await sharedWorld(etcd, 2);
  return await lives(world, async () => {
    for (const member of etcd.members) if (await member.isLeader()) member.signal("SIGKILL");
  });
}

/** Synchronous: killed before the save. Asynchronous: the standby stops receiving before it, and the save is lost. */
async function postgresOnce(isSynchronous: boolean): Promise<boolean> {
  await using primary = await startPostgres(findPostgres().path ?? "");
  await using relay = tcpRelay(primary.port);
  const standby = await primary.standby("standby");
  const url = primary.url.replace(`:${primary.port}/`, `:${relay.port}/`);
  await using world = await sharedWorld(primary, 2, { ANAPLAN_AUTH_STORE: url });
  if (isSynchronous) {
    await primary.sql("ALTER SYSTEM SET synchronous_standby_names = '*'");
    await primary.reload();
    while ((await primary.sql("SELECT sync_state FROM pg_stat_replication")).trim() !== "sync") {
      await pause();
    }
  }
  const promote = async (): Promise<void> => {
    await standby.promote();
    await standby.sql("ALTER SYSTEM RESET synchronous_standby_names");
    await standby.reload();
    relay.leadTo(standby.port);
  };
  if (isSynchronous) {
    return await lives(world, async () => {
      await primary.kill();
      await promote();
    });
  }
  await world.makeStale();
  await caughtUp(primary.sql, standby.sql);
  await standby.sql("SELECT pg_wal_replay_pause()", "postgres");
  await primary.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_replication");
  await standby.sql("ALTER SYSTEM SET primary_conninfo = ''", "postgres");
  await standby.reload();
  await pause(500);
  if ((await world.run(0, ["token"])).code !== 0) return false;
  await primary.kill();
  await promote();
  return (await world.run(1, ["refresh"])).code === 0;
}

type Sql = (text: string, database?: string) => Promise<string>;

async function caughtUp(primary: Sql, standby: Sql): Promise<void> {
  const end = (await primary("SELECT pg_current_wal_lsn()")).trim();
  while (
    (await standby(`SELECT pg_last_wal_replay_lsn() >= '${end}'`, "postgres")).trim() !== "t"
  ) await pause();
}

/** Whether a refresh and the login survive what happens between the server's answer and the save. */
async function lives(world: SharedWorld, happens: () => Promise<void>): Promise<boolean> {
  await world.makeStale();
  const since = world.sandbox.requests.length;
  const gate = Promise.withResolvers<void>();
  world.sandbox.fault("/oauth/token", { until: gate.promise });
  await using program = await world.start(0, ["token"]);
  while (world.sandbox.requests.length === since) await pause();
  const happening = happens();
  gate.resolve();
  await happening;
  await program.outcome;
  const codes = [(await world.run(0, ["token"])).code, (await world.run(1, ["refresh"])).code];
  return codes.every((code) => code === 0);
}

function pause(milliseconds = 20): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
