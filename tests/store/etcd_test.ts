// Real processes of several computers on one login in etcd: a race, a killed leader, a minority, a holder that is gone.
// Rule: the server's own record says how many requests there were, and the row is opened by hand.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Etcd, findEtcd, type Member, startEtcd } from "../support/etcd.ts";
import { freePort } from "../support/free_port.ts";
import { testWith } from "../support/needs.ts";
import { type SharedWorld, sharedWorld } from "../support/shared_world.ts";

const ETCD = findEtcd();
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

async function leaderOf({ members }: Etcd): Promise<Member> {
  for (;;) {
    for (const member of members) if (await member.isLeader()) return member;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Starts a refresh on the first computer whose answer is held back until the function is called. */
async function heldRefresh(world: SharedWorld) {
  await world.makeStale();
  const since = world.sandbox.requests.length;
  const gate = Promise.withResolvers<void>();
  world.sandbox.fault("/oauth/token", { until: gate.promise });
  const program = await world.start(0, ["token"]);
  while (world.sandbox.requests.length === since) {
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  return { program, since, answer: gate.resolve };
}

testWith(
  ETCD,
  "24 processes of 4 computers with a stale login in etcd send one request",
  async (path) => {
    await using etcd = await startEtcd(path);
    await using world = await sharedWorld(etcd, 4);
    await world.makeStale();
    const [since, generation] = [
      world.sandbox.requests.length,
      Number(await world.column("generation")),
    ];
    const commands = Array.from({ length: 24 }, (_, index) => world.run(index % 4, ["token"]));
    const outcomes = await Promise.all(commands);
    assertEquals(outcomes.filter(({ code }) => code !== 0).map(({ stderr }) => stderr), []);
    assertEquals(world.refreshes(since), [200]);
    assertEquals(new Set(outcomes.map(({ stdout }) => stdout)).size, 1);
    assertEquals(Number(await world.column("generation")), generation + 1);
    const status = await world.run(1, ["store", "status"]);
    assertMatch(status.stdout, /^Server {7}etcd 3\.\d/m);
  },
  OPTIONS,
);

testWith(ETCD, "a leader that is killed between request and save costs nothing", async (path) => {
  await using etcd = await startEtcd(path, 3);
  await using world = await sharedWorld(etcd, 2);
  const { program: running, since, answer } = await heldRefresh(world);
  await using program = running;
  (await leaderOf(etcd)).signal("SIGKILL");
  answer();
  const outcome = await program.outcome;
  assertEquals([outcome.code, outcome.stderr], [0, ""]);
  assertEquals((await world.login()).accessToken, outcome.stdout.trim());
  assertEquals((await world.run(1, ["refresh"])).code, 0, "the login still works");
  assertEquals(world.refreshes(since), [200, 200]);
}, OPTIONS);

testWith(ETCD, "a sign-in that etcd ends between request and save is made again", async (path) => {
  await using etcd = await startEtcd(path);
  await using world = await sharedWorld(etcd, 2);
  await world.makeStale();
  const post = async (path: string, body: object, authorization?: string) => {
    const response = await fetch(`http://127.0.0.1:${etcd.members[0]?.port}/v3/auth/${path}`, {
      method: "POST",
      body: JSON.stringify(body),
      headers: authorization === undefined ? {} : { authorization },
    });
    return await response.json();
  };
  const password = "a-password";
  await post("user/add", { name: "root", password });
  await post("role/add", { name: "root" });
  await post("user/grant", { user: "root", role: "root" });
  await post("enable", {});
  const passwordFile = `${world.homes[0]?.path}/password`;
  await Deno.writeTextFile(passwordFile, password, { mode: 0o600 });
  const env = {
    ANAPLAN_AUTH_STORE: etcd.url().replace("etcd://", "etcd://root@"),
    ANAPLAN_AUTH_STORE_PASSWORD_FILE: passwordFile,
  };
  const since = world.sandbox.requests.length;
  const gate = Promise.withResolvers<void>();
  world.sandbox.fault("/oauth/token", { until: gate.promise });
  await using program = await world.start(0, ["token"], env);
  while (world.sandbox.requests.length === since) {
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  const { token } = await post("authenticate", { name: "root", password });
  await post("disable", {}, token); // which ends all sign-ins, as a restart does
  await post("enable", {});
  gate.resolve();
  const outcome = await program.outcome;
  assertEquals([outcome.code, outcome.stderr], [0, ""]);
  assertEquals(world.refreshes(since), [200]);
  assertEquals((await world.run(1, ["refresh"], env)).code, 0, "the login still works");
}, OPTIONS);

testWith(
  ETCD,
  "a minority that is cut off sends nothing, and a fresh token still comes from the copy",
  async (path) => {
    await using etcd = await startEtcd(path, 3);
    await using world = await sharedWorld(etcd, 2);
    const fresh = await world.run(1, ["token"]);
    for (const member of etcd.members.slice(1)) member.signal("SIGKILL");
    const copied = await world.run(1, ["token"]);
    assertEquals([copied.code, copied.stdout], [0, fresh.stdout]);
    const since = world.sandbox.requests.length;
    const refresh = await world.run(1, ["refresh"]);
    assertEquals(refresh.code, 6, refresh.stderr);
    assertStringIncludes(refresh.stderr, "Cannot reach the login store 127.0.0.1:");
    assert(refresh.milliseconds < 12_000, `${refresh.milliseconds} ms`);
    assertEquals(world.sandbox.requests.length, since);
  },
  OPTIONS,
);

testWith(
  ETCD,
  "keys that are missing and a store that is not there have their own messages",
  async (path) => {
    await using etcd = await startEtcd(path);
    await using world = await sharedWorld(etcd, 2);
    const other = { ANAPLAN_AUTH_STORE: etcd.url().replace("/team", "/other") };
    const missing = await world.run(1, ["token"], other);
    assertEquals(missing.code, 7);
    assertStringIncludes(missing.stderr, "its keys are missing");
    const port = freePort();
    const nowhere = await world.run(1, ["token"], {
      ANAPLAN_AUTH_STORE: `etcd://127.0.0.1:${port}/team`,
    });
    assertEquals(nowhere.code, 6);
    assertStringIncludes(
      nowhere.stderr,
      `Cannot reach the login store 127.0.0.1:${port}: the connection was refused`,
    );
  },
  OPTIONS,
);
