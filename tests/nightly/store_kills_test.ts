// Kills refreshes in a shared store, and looks at the login from another computer: no row is torn, no lock sticks, and a
// login is lost in the one window alone, between the server's answer and what was kept of it.
import { assert, assertEquals } from "@std/assert";
import { type Etcd, findEtcd, startEtcd } from "../support/etcd.ts";
import { testWith } from "../support/needs.ts";
import { findPostgres, type Postgres, startPostgres } from "../support/postgres.ts";
import { type SharedWorld, sharedWorld } from "../support/shared_world.ts";
import { signIn } from "../support/sign_in.ts";
import { pause } from "../torture/races.ts";

const KILLS = 40;
/** How long after the request's arrival every second one is killed at the latest, in milliseconds. */
const AFTER_REQUEST = 60;
/** Longer than what a dead holder leaves behind keeps the next one waiting: its lock, or a lease of 60 s. */
const LIMITS = { PostgreSQL: 20_000, etcd: 85_000 } as const;
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

testWith(findPostgres(), "refreshes through PostgreSQL that are killed", async (bin) => {
  await using postgres = await startPostgres(bin);
  await killMany(postgres, LIMITS.PostgreSQL);
}, OPTIONS);

testWith(findEtcd(), "refreshes through etcd that are killed", async (path) => {
  await using etcd = await startEtcd(path);
  await killMany(etcd, LIMITS.etcd);
}, OPTIONS);

for (
  const [name, tool, start] of [
    ["PostgreSQL", findPostgres(), startPostgres],
    ["etcd", findEtcd(), startEtcd],
  ] as const
) {
  testWith(
    tool,
    `200 processes of 4 computers on one stale login in ${name} send one request`,
    async (path) => {
      await using store = await start(path);
      await using world = await sharedWorld(store, 4);
      await world.makeStale();
      const since = world.sandbox.requests.length;
      const commands = Array.from({ length: 200 }, (_, at) => world.run(at % 4, ["token"]));
      const outcomes = await Promise.all(commands);
      const failed = outcomes.filter(({ code }) => code !== 0).map(({ stderr }) => stderr);
      assertEquals([failed, world.refreshes(since)], [[], [200]]);
      assertEquals(new Set(outcomes.map(({ stdout }) => stdout)).size, 1);
    },
    OPTIONS,
  );
}

async function killMany(store: Postgres | Etcd, limit: number): Promise<void> {
  await using world = await sharedWorld(store, 2);
  await world.makeStale();
  const typical = (await world.run(0, ["token"])).milliseconds;
  for (let count = 0; count < KILLS; count++) {
    await killOne(world, limit, count % 2 === 0 ? typical : undefined);
  }
}

/** Kills one at any moment of its typical time, or soon after the server had its request. */
async function killOne(world: SharedWorld, limit: number, typical?: number): Promise<void> {
  await world.makeStale();
  const since = world.sandbox.requests.length;
  await using program = await world.start(0, ["token"]);
  let isOver = false;
  program.outcome.then(() => isOver = true);
  while (typical === undefined && !isOver && world.sandbox.requests.length === since) {
    await pause(1);
  }
  await pause(Math.random() * (typical === undefined ? AFTER_REQUEST : typical * 1.3));
  if (!isOver) program.signal("SIGKILL");
  const isDone = (await program.outcome).code === 0;
  await world.database.endAttempt();
  // what the killed computer kept of the answer is delivered by that computer, so that is asked first
  const isKept = [".rescued", ".rescued.next"].flatMap((end) => world.kept(0, end))
    .some((path) => Deno.readTextFileSync(path).trim() !== "");
  const outcomes = [];
  for (const home of isKept ? [0, 1] : [1, 0]) outcomes.push(await world.run(home, ["token"]));
  await world.login(); // throws when it is torn
  for (const { milliseconds } of outcomes) assert(milliseconds < limit, `${milliseconds} ms`);
  const isLost = outcomes.some(({ code }) => code !== 0) ||
    (await world.run(1, ["refresh"])).code !== 0;
  const wasAnswered = world.refreshes(since)[0] === 200; // by the server's own record
  assert(!isLost || (wasAnswered && !isDone && !isKept), "the login is lost outside the window");
  const [home] = world.homes;
  if (isLost && home !== undefined) await signIn(world.sandbox, home, { env: world.env });
}
