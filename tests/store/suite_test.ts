// The same behavior of every store: files, sealed files, PostgreSQL, PostgreSQL behind PgBouncer, and etcd.
import { assertEquals, assertRejects } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import type { TokenRequestSystem } from "../../src/oauth/wire.ts";
import { grantAndSave } from "../../src/session/grants.ts";
import type { LockedLogin } from "../../src/store/locked_login.ts";
import { Secret } from "../../src/base/secret.ts";
import { refresh } from "../../src/oauth/refresh.ts";
import { openStore, storeIn } from "../../src/store/logins.ts";
import { findEtcd, startEtcd } from "../support/etcd.ts";
import { fetchWhole } from "../../src/system/http.ts";
import { sleep } from "../../src/system/sleep.ts";
import type { HttpRequest } from "../../src/system/contract.ts";
import { fakeContext, fakeSystem } from "../support/fake_system.ts";
import { LOGIN } from "../support/logins.ts";
import { CLIENT, SERVER } from "../support/oauth.ts";
import { findPostgres, startPostgres } from "../support/postgres.ts";
import { findPgBouncer, startPgBouncer } from "../support/pgbouncer.ts";
import { filesBelow } from "../support/shared_world.ts";
import { newKey } from "../support/sealed.ts";
import { tempDir } from "../support/temp_dir.ts";
import { type SharedStores, testCopies, testStore } from "./store_suite.ts";

const isCi = Deno.env.get("CI") === "true";
const quiet = (): void => {};

testStore("files", () => {
  const dir = tempDir();
  const store = openStore(`${dir.path}/home`, realClock({}), quiet);
  return Promise.resolve({
    at: () => Promise.resolve(store),
    [Symbol.asyncDispose]: () => Promise.resolve(dir[Symbol.dispose]()),
  });
});

testStore("sealed files", () => {
  const dir = tempDir();
  const system = realClock({ ANAPLAN_AUTH_KEY: newKey() });
  const store = openStore(`${dir.path}/home`, system, quiet);
  return Promise.resolve({
    at: () => Promise.resolve(store),
    [Symbol.asyncDispose]: () => Promise.resolve(dir[Symbol.dispose]()),
  });
});

const postgresql = findPostgres();
const directly = () => inPostgres((url) => Promise.resolve({ url, end: () => Promise.resolve() }));
testStore("PostgreSQL", directly, postgresql.path === undefined && !isCi);
testCopies("PostgreSQL", directly, postgresql.path === undefined && !isCi);

const pgbouncer = findPgBouncer();
testStore(
  "PgBouncer in transaction mode",
  () =>
    inPostgres(async (url) => {
      const pooler = await startPgBouncer(url, 2);
      return { url: pooler.url, end: () => pooler[Symbol.asyncDispose]() };
    }),
  (postgresql.path === undefined || pgbouncer.path === undefined) && !isCi,
);

const found = findEtcd();
let etcd: ReturnType<typeof startEtcd> | undefined;

Deno.test({
  name: "the etcd of the next tests starts",
  ignore: found.path === undefined && !isCi,
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => void await (etcd = startEtcd(found.path ?? "")),
});

const inEtcd = async (): Promise<SharedStores> => {
  if (etcd === undefined) throw new Error("etcd did not start");
  const { remove, url } = await etcd;
  await remove("team/");
  return await inStore(url(), () => Promise.resolve());
};
testStore("etcd", inEtcd, found.path === undefined && !isCi);
testCopies("etcd", inEtcd, found.path === undefined && !isCi);

/** Waits are real: a database knows no other clock. */
function realClock(env: Readonly<Record<string, string>>, clock = { slept: 0 }) {
  return {
    ...fakeSystem({ env }),
    monotonic: () => performance.now() + clock.slept,
    fetch: (request: HttpRequest) => fetchWhole(request, () => {}),
    sleep: (time: number, signal?: AbortSignal) => sleep(() => {}, time, signal),
  };
}

async function inPostgres(
  through: (url: string) => Promise<{ readonly url: string; end(): PromiseLike<void> }>,
  clock = { slept: 0 },
): Promise<SharedStores> {
  const server = await shared();
  await server.sql("DROP TABLE IF EXISTS anaplan_auth_logins, anaplan_auth_version");
  const { url, end } = await through(server.url);
  return await inStore(url, end, clock);
}

/** Two computers with one store. */
async function inStore(
  url: string,
  end: () => PromiseLike<void>,
  clock = { slept: 0 },
): Promise<SharedStores> {
  const dirs = [tempDir(), tempDir()];
  const key = newKey();
  const system = realClock({ ANAPLAN_AUTH_STORE: url, ANAPLAN_AUTH_KEY: key }, clock);
  const { engineAt, parseAddress } = await import("../../src/store/store_choice.ts");
  await engineAt(parseAddress(url, "the test"), system).create();
  return {
    at: (computer) => storeIn(`${dirs[computer]?.path}/home`, system, quiet),
    async copy() {
      const home = `${dirs[0]?.path}/home`;
      const locks = [...filesBelow(`${home}/shared`)].filter((path) => path.endsWith(".lock"));
      for (const path of locks) { // the original keeps the file that it has open
        const text = Deno.readTextFileSync(path);
        Deno.renameSync(path, `${path}.original`);
        Deno.writeTextFileSync(path, text, { mode: 0o600 });
      }
      return await storeIn(home, system, quiet);
    },
    async [Symbol.asyncDispose]() {
      for (const dir of dirs) dir[Symbol.dispose]();
      await end();
    },
  };
}

Deno.test({
  name: "a computer that sleeps after it prepared sends no refresh token under a lock that is lost",
  ignore: postgresql.path === undefined && !isCi,
  fn: async () => {
    const clock = { slept: 0 };
    await using stores = await inPostgres(
      (url) => Promise.resolve({ url, end: () => Promise.resolve() }),
      clock,
    );
    await using held = await (await stores.at(0)).lock("default");
    await held.load();
    const { sql } = await shared();
    const sleeping: LockedLogin = {
      ...held,
      async prepare() {
        await held.prepare();
        clock.slept += 200_000;
        await sql(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'anaplan'",
        );
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
    let isSent = false;
    const ask = (): Promise<never> => {
      isSent = true;
      return Promise.reject(new CliError("unavailable", "It was sent"));
    };
    await assertRejects(() => grantAndSave<never>(sleeping, ask, fakeContext()), CliError);
    assertEquals(isSent, false);
  },
});

const cut = (): Promise<Response> =>
  Promise.reject(new CliError("unavailable", "The connection was cut", { answerLost: true }));
const tooMany = (): Promise<Response> =>
  Promise.resolve(new Response(null, { status: 429, headers: { "retry-after": "9" } }));

for (const [when, answer] of [["connects", cut], ["waits out a Retry-After", tooMany]] as const) {
  const name =
    `a computer that sleeps while it ${when} does not send its refresh token again under a lost lock`;
  Deno.test({
    name,
    ignore: postgresql.path === undefined && !isCi,
    fn: () => assertSentOnce(answer),
  });
}

/** The lock is lost while the first request is on its way, which is answered so. */
async function assertSentOnce(answer: () => Promise<Response>): Promise<void> {
  const clock = { slept: 0 };
  const whole = (url: string) => Promise.resolve({ url, end: () => Promise.resolve() });
  await using stores = await inPostgres(whole, clock);
  const { sql } = await shared();
  const [sleeper, other] = [await stores.at(0), await stores.at(1)];
  {
    await using first = await sleeper.lock("default");
    await first.save(LOGIN);
  }
  await using login = await sleeper.lock("default");
  await login.load();
  let sent = 0;
  const send = async (): Promise<Response> => {
    sent++;
    clock.slept += 200_000; // its connection does not outlive that, and its lock is another one's by now
    await sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'anaplan'");
    await sql("UPDATE anaplan_auth_logins SET attempt = NULL");
    await using next = await other.lock("default");
    await next.save({ ...LOGIN, accessToken: new Secret("another") });
    return await answer();
  };
  const context = fakeContext({ network: [send, send] });
  const ask = (system: TokenRequestSystem) => refresh(LOGIN, SERVER, CLIENT, system);
  const options = { server: SERVER };
  await assertRejects(() => grantAndSave<never>(login, ask, context, options), CliError);
  assertEquals(sent, 1);
}

Deno.test({
  name:
    "a holder whose connection breaks after it prepared, and that sends nothing, keeps no other waiting",
  ignore: postgresql.path === undefined && !isCi,
  fn: async () => {
    const whole = (url: string) => Promise.resolve({ url, end: () => Promise.resolve() });
    await using stores = await inPostgres(whole);
    const { sql } = await shared();
    {
      await using login = await (await stores.at(0)).lock("default");
      await login.prepare();
      await sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'anaplan'");
    }
    const attempts = await sql("SELECT count(attempt) FROM anaplan_auth_logins");
    assertEquals(attempts.trim(), "0");
  },
});

let server: Promise<Awaited<ReturnType<typeof startPostgres>>> | undefined;

/** One server for all tests of this file; the last one of them ends it. */
async function shared(): ReturnType<typeof startPostgres> {
  server ??= startPostgres(postgresql.path ?? "");
  return await server;
}

Deno.test({
  name: "the servers of these tests end",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    await (await server)?.[Symbol.asyncDispose]();
    await (await etcd)?.[Symbol.asyncDispose]();
  },
});
