// What is said while another process has the login. Rule: the databases are real, and so are the waits.
import { assertEquals } from "@std/assert";
import { fetchWhole } from "../../src/system/http.ts";
import { engineAt, parseAddress } from "../../src/store/store_choice.ts";
import { findEtcd, startEtcd } from "../support/etcd.ts";
import { fakeSystem } from "../support/fake_system.ts";
import { testWith } from "../support/needs.ts";
import { filePostgres } from "../support/file_postgres.ts";
import { findPostgres } from "../support/postgres.ts";

const OPTIONS = { sanitizeOps: false, sanitizeResources: false };
const OWNER = { by: "a test" };

/** Waits for a login that another process has for a while; how often the line about it would have come and gone. */
async function linesWhileHeld(url: string): Promise<readonly string[]> {
  const said: string[] = [];
  let waits = 0;
  const end = (what: string) => () => {
    if (--waits === 0) said.push(`- ${what}`);
  };
  const waiting = (what: string): Promise<Disposable> => {
    if (waits++ === 0) said.push(`+ ${what}`);
    return Promise.resolve({ [Symbol.dispose]: end(what) });
  };
  const system = {
    ...fakeSystem({ env: {} }),
    monotonic: () => performance.now(),
    sleep: (time: number) => new Promise<void>((resolve) => setTimeout(resolve, time)),
    fetch: (request: Parameters<typeof fetchWhole>[0]) => fetchWhole(request, () => {}),
  };
  const { waiting: _, ...silent } = system;
  const holder = engineAt(parseAddress(url, "the test"), silent);
  await holder.create();
  const held = await holder.lock("default", OWNER);
  const engine = engineAt(parseAddress(url, "the test"), { ...silent, waiting });
  const locked = engine.lock("default", OWNER);
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  await held[Symbol.asyncDispose]();
  const lock = await locked;
  const seen = [...said];
  await lock[Symbol.asyncDispose]();
  return seen;
}

testWith(findPostgres(), "one line says for how long PostgreSQL is waited for", async (bin) => {
  await using postgres = await filePostgres(bin);
  const name = `127.0.0.1:${postgres.port}`;
  assertEquals(await linesWhileHeld(postgres.url), [`+ ${name}`, `- ${name}`]);
}, OPTIONS);

testWith(findEtcd(), "one line says for how long etcd is waited for", async (path) => {
  await using etcd = await startEtcd(path);
  const name = `127.0.0.1:${etcd.members[0]?.port}`;
  assertEquals(await linesWhileHeld(etcd.url()), [`+ ${name}`, `- ${name}`]);
}, OPTIONS);

testWith(
  findPostgres(),
  "a database that ends statements soon is waited for as well",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await postgres.sql("ALTER DATABASE anaplan SET statement_timeout = '500ms'", "postgres");
    const name = `127.0.0.1:${postgres.port}`;
    assertEquals(await linesWhileHeld(postgres.url), [`+ ${name}`, `- ${name}`]);
  },
  OPTIONS,
);
