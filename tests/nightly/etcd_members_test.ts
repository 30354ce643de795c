// Members of etcd that are frozen: they take connections and answer nothing. Rule: the other two members work, and the
// frozen one is the first in the address.
import { assert, assertEquals } from "@std/assert";
import { type Etcd, findEtcd, startEtcd } from "../support/etcd.ts";
import { heldAnswer, until, waitForRequest } from "../support/held_answer.ts";
import { testWith } from "../support/needs.ts";
import { type SharedWorld, sharedWorld } from "../support/shared_world.ts";

const ETCD = findEtcd();
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

/** A world whose first member is not the leader, so that freezing it costs no election. */
async function follower(etcd: Etcd): Promise<number> {
  for (;;) {
    for (const [index, member] of etcd.members.entries()) {
      if (!await member.isLeader()) return index;
    }
  }
}

async function worldBehind(etcd: Etcd, first: number): Promise<SharedWorld> {
  return await sharedWorld({ ...etcd, url: () => etcd.url(first) }, 2);
}

testWith(ETCD, "a frozen first member of etcd keeps no command from the others", async (path) => {
  await using etcd = await startEtcd(path, 3);
  const first = await follower(etcd);
  await using world = await worldBehind(etcd, first);
  etcd.members[first]?.signal("SIGSTOP");
  const since = world.sandbox.requests.length;
  for (const command of [["refresh"], ["store", "status"], ["token"]]) {
    const outcome = await world.run(1, command);
    assertEquals([outcome.code, outcome.stderr], [0, ""], command.join(" "));
  }
  assertEquals(world.refreshes(since), [200]);
}, OPTIONS);

testWith(
  ETCD,
  "a member of etcd that freezes between request and save costs nothing",
  async (path) => {
    await using etcd = await startEtcd(path, 3);
    const first = await follower(etcd);
    await using world = await worldBehind(etcd, first);
    await world.makeStale();
    const since = world.sandbox.requests.length;
    const answer = heldAnswer(world);
    await using program = await world.start(0, ["token"]);
    await waitForRequest(world, since);
    etcd.members[first]?.signal("SIGSTOP");
    answer();
    const outcome = await program.outcome;
    assertEquals([outcome.code, outcome.stderr], [0, ""]);
    assertEquals((await world.run(1, ["refresh"])).code, 0, "the login still works");
    assertEquals(world.refreshes(since), [200, 200]);
  },
  OPTIONS,
);

testWith(
  ETCD,
  "members of etcd that are all frozen are given up within 10 seconds",
  async (path) => {
    await using etcd = await startEtcd(path, 3);
    await using world = await worldBehind(etcd, 0);
    for (const member of etcd.members) member.signal("SIGSTOP");
    const outcome = await world.run(1, ["refresh"]);
    assertEquals([outcome.code, outcome.stdout], [6, ""], outcome.stderr);
    assert(outcome.milliseconds < 12_000, `${outcome.milliseconds} ms`);
    for (const member of etcd.members) member.signal("SIGCONT");
    await until(async () => (await world.run(1, ["refresh"])).code === 0, "etcd is back");
  },
  OPTIONS,
);
