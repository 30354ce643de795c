// Real processes of several computers on one login in etcd: a race, a killed leader, a minority, a holder that is gone.
// Rule: the server's own record says how many requests there were, and the row is opened by hand.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Etcd, findEtcd, type Member, startEtcd } from "../support/etcd.ts";
import { certificates } from "../support/certificates.ts";
import { freePort } from "../support/free_port.ts";
import { testWith } from "../support/needs.ts";
import { type SharedWorld, sharedWorld } from "../support/shared_world.ts";

const ETCD = findEtcd();
const ADVICE = "Next: see whether etcd wants a client certificate of its authority";
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

testWith(
  ETCD,
  "etcd with TLS knows a computer by its certificate, and is known by its authority's",
  async (path, test) => {
    await using made = await certificates();
    const authority = await Deno.readTextFile(made.authorityFile);
    await using etcd = await startEtcd(path, 1, { ...made.good, authority });
    const files = await Deno.makeTempDir({ prefix: "anaplan-auth-etcd-" });
    await using undo = new AsyncDisposableStack();
    undo.defer(() => Deno.remove(files, { recursive: true }));
    const [cert, key] = [`${files}/cert.pem`, `${files}/key.pem`];
    await Deno.writeTextFile(cert, made.good.certificate);
    await Deno.writeTextFile(key, made.good.key, { mode: 0o600 });
    const url = (parameters: Readonly<Record<string, string>>): string =>
      `${etcd.url()}?${new URLSearchParams(parameters)}`;
    const known = { sslrootcert: made.authorityFile, cert, key };
    await using world = await sharedWorld({ ...etcd, url: () => url(known) }, 2);
    const since = world.sandbox.requests.length;
    const refused = async (address: string, code: number, said: string): Promise<void> => {
      const outcome = await world.run(1, ["token"], { ANAPLAN_AUTH_STORE: address });
      assertStringIncludes(outcome.stderr, said);
      assertMatch(outcome.stderr, /\nNext: .+\n$/);
      assertEquals([outcome.code, outcome.stdout], [code, ""], outcome.stderr);
      assertEquals(world.sandbox.requests.length, since, "nothing was sent");
    };
    await test.step("no certificate of the computer's", () =>
      refused(url({ sslrootcert: made.authorityFile }), 6, ADVICE));
    await test.step("a certificate of another authority", async () => {
      await using others = await certificates();
      const [cert, key] = [`${files}/other.pem`, `${files}/other-key.pem`];
      await Deno.writeTextFile(cert, others.good.certificate);
      await Deno.writeTextFile(key, others.good.key);
      await refused(url({ ...known, cert, key }), 6, ADVICE);
    });
    await test.step("an authority that is not known", () =>
      refused(url({ cert, key }), 6, "the certificate is signed by an unknown authority"));
    await test.step("another name than the certificate's", () =>
      refused(url(known).replace("localhost", "127.0.0.1"), 6, "certificate"));
    await test.step("a key that is no key", () =>
      refused(
        url({ ...known, key: cert }),
        2,
        "Cannot use the client certificate: it or its key is damaged",
      ));
    await test.step("a file that does not exist", () =>
      refused(url({ ...known, key: `${files}/nothing` }), 2, "nothing"));
    await test.step("a certificate without its key", () =>
      refused(url({ cert }), 2, "cert and key belong together"));
    await test.step("and when all is well, a refresh works", async () => {
      await world.makeStale();
      const outcome = await world.run(1, ["token"]);
      assertEquals([outcome.code, outcome.stderr], [0, ""]);
    });
  },
  OPTIONS,
);

testWith(ETCD, "a user of etcd needs its password and its privileges", async (path, test) => {
  await using etcd = await startEtcd(path);
  await using world = await sharedWorld(etcd, 2);
  const range = { key: btoa("team/"), range_end: btoa("team0") };
  const users = [["root", "root", { key: btoa("\0"), range_end: btoa("\0") }], [
    "anaplan",
    "team",
    range,
  ], ["guest", "other", { key: btoa("other/"), range_end: btoa("other0") }]] as const;
  for (const [name, role, perm] of users) {
    await etcd.call("auth/user/add", { name, password: "correct horse" });
    await etcd.call("auth/role/add", { name: role });
    await etcd.call("auth/role/grant", { name: role, perm: { permType: "READWRITE", ...perm } });
    await etcd.call("auth/user/grant", { user: name, role });
  }
  await etcd.call("auth/enable", {});
  const home = world.homes[1]?.path;
  await Deno.writeTextFile(`${home}/password`, "correct horse\n", { mode: 0o600 });
  const as = (user: string, file = "password") => ({
    ANAPLAN_AUTH_STORE: etcd.url().replace("//", `//${user}@`),
    ANAPLAN_AUTH_STORE_PASSWORD_FILE: `${home}/${file}`,
  });
  const since = world.sandbox.requests.length;
  const refused = async (env: Readonly<Record<string, string>>, said: string): Promise<void> => {
    const outcome = await world.run(1, ["refresh"], env);
    assertEquals(outcome.code, 7, outcome.stderr);
    assertStringIncludes(outcome.stderr, said);
    assertEquals(world.sandbox.requests.length, since, "nothing was sent");
  };
  await test.step("a wrong password", async () => {
    await Deno.writeTextFile(`${home}/wrong`, "wrong", { mode: 0o600 });
    await refused(as("anaplan", "wrong"), "it rejected the user or the password");
  });
  await test.step("no user", () => refused({}, "it wants a user"));
  await test.step("a user without a privilege", () =>
    refused(as("guest"), "the user lacks a privilege on its keys"));
  await test.step("the right one", async () => {
    const outcome = await world.run(1, ["refresh"], as("anaplan"));
    assertEquals([outcome.code, outcome.stderr], [0, ""]);
    assertEquals(world.refreshes(since), [200]);
  });
}, OPTIONS);
