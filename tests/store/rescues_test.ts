// Rescued tokens that wait on a computer while something else changes: the key, the store's address, its privileges.
// Rule: the process that got them was killed, and the store was down when it did.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { CANNOT_CHOWN, NOBODY } from "../support/disk.ts";
import { leaveRescue } from "../support/held_answer.ts";
import { testWith } from "../support/needs.ts";
import { nextWords } from "../support/next_typed.ts";
import { filePostgres } from "../support/file_postgres.ts";
import { findPostgres, type Postgres } from "../support/postgres.ts";
import { newKey, openByHand } from "../support/sealed.ts";
import { type SharedWorld, sharedWorld } from "../support/shared_world.ts";
import { signIn } from "../support/sign_in.ts";
import { exists } from "../support/temp_dir.ts";

const POSTGRES = findPostgres();
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

/** Seals the store with a new key on the second computer; what names that key. */
async function rotated(world: SharedWorld): Promise<Readonly<Record<string, string>>> {
  const [saved, keyFile] = [{ ANAPLAN_AUTH_KEY_FILE: "" }, `${world.homes[1]?.path}/new-key`];
  await Deno.writeTextFile(keyFile, newKey());
  for (const file of [world.keyFile, keyFile]) {
    const sealed = await world.run(1, ["seal", "--key-file", file], saved);
    assertEquals(sealed.code, 0, sealed.stderr);
  }
  return { ANAPLAN_AUTH_KEY_FILE: keyFile };
}

/** The address with other words for the same server. */
function otherSpelling({ url }: Postgres): Readonly<Record<string, string>> {
  const spelled = `${url.replace("127.0.0.1", "localhost")}?sslmode=disable`;
  return { ANAPLAN_AUTH_STORE: spelled };
}

testWith(
  POSTGRES,
  "rescued tokens of the old key keep a refresh from being sent, and a sign-in replaces them",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 2);
    const path = await leaveRescue(world, postgres);
    const key = await rotated(world);
    const since = world.sandbox.requests.length;
    const refused = await world.run(0, ["token"], key);
    assertMatch(
      refused.stderr,
      /^Cannot get the new tokens from ~\/\S+\.rescued: it is sealed with key \S+\.\nNext: anaplan-auth login\n$/,
    );
    assertEquals([refused.code, refused.stdout], [7, ""]);
    assertEquals(world.sandbox.requests.length, since, "the used refresh token is not sent");
    const [home] = world.homes;
    if (home === undefined) throw new Error("there is no computer");
    await signIn(world.sandbox, home, { env: { ...world.env, ...key } });
    const after = await world.run(0, ["refresh"], key);
    assertEquals([after.code, after.stderr], [0, ""]);
    assertEquals(exists(path), false, "they are of the login before");
  },
  OPTIONS,
);

testWith(
  POSTGRES,
  "rescued tokens of the old key that follow no login any more hinder no command",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 2);
    await leaveRescue(world, postgres);
    const key = await rotated(world);
    const [, other] = world.homes;
    if (other === undefined) throw new Error("there is no computer");
    await signIn(world.sandbox, other, { env: { ...world.env, ...key } });
    const token = await world.run(0, ["refresh"], key);
    assertEquals(token.code, 0, token.stderr);
    assertMatch(token.stderr, /^Warning: .*\.unused holds tokens that do not follow the login/m);
    assertEquals((await world.run(0, ["token"], key)).stderr, "", "it is said once");
  },
  OPTIONS,
);

testWith(
  POSTGRES,
  "who has both keys delivers rescued tokens of the old one, sealed with the new one",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 2);
    const path = await leaveRescue(world, postgres);
    const key = await rotated(world);
    const saved = { ANAPLAN_AUTH_KEY_FILE: "" };
    const local = { ...saved, ANAPLAN_AUTH_STORE: "local" };
    assertEquals((await world.run(0, ["seal", "--key-file", world.keyFile], local)).code, 0);
    const file = key.ANAPLAN_AUTH_KEY_FILE ?? "";
    const sealed = await world.run(0, ["seal", "--key-file", file], saved);
    assertEquals(sealed.code, 0, sealed.stderr);
    assertEquals(exists(path), false);
    const token = await world.run(1, ["token"], key);
    assertEquals([token.code, token.stderr], [0, ""]);
    assertEquals((await world.run(1, ["refresh"], key)).code, 0, "the login still works");
  },
  OPTIONS,
);

testWith(
  POSTGRES,
  "rescued tokens of a store that is not in use get the new key, and keep logins from being unsealed",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 1);
    const path = await leaveRescue(world, postgres);
    const local = { ANAPLAN_AUTH_KEY_FILE: "", ANAPLAN_AUTH_STORE: "local" };
    const [key, keyFile] = [newKey(), `${world.homes[0]?.path}/new-key`];
    await Deno.writeTextFile(keyFile, key);
    for (const file of [world.keyFile, keyFile]) {
      const sealed = await world.run(0, ["seal", "--key-file", file], local);
      assertEquals([sealed.code, sealed.stderr], [0, ""]);
    }
    const { login } = openByHand(await Deno.readTextFile(path), key);
    assertEquals(typeof login.refreshToken, "string");
    const unseal = await world.run(0, ["unseal", "--yes"], local);
    assertEquals(unseal.code, 2);
    assertStringIncludes(unseal.stderr, "Cannot unseal: new tokens for a login store wait in ~/");
  },
  OPTIONS,
);

testWith(
  POSTGRES,
  "rescued tokens that keep logins from being unsealed are delivered by what the error says to type",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 1);
    const path = await leaveRescue(world, postgres);
    const local = { ANAPLAN_AUTH_KEY_FILE: "", ANAPLAN_AUTH_STORE: "local" };
    assertEquals((await world.run(0, ["seal", "--key-file", world.keyFile], local)).code, 0);
    const { stderr } = await world.run(0, ["unseal", "--yes"], local);
    const next = "Next: use that store, and let it have them: anaplan-auth refresh";
    const refresh = await world.run(0, nextWords(stderr, next));
    assertEquals([refresh.code, exists(path)], [0, false], refresh.stderr);
    assertEquals((await world.run(0, ["unseal", "--yes"], local)).code, 0);
  },
  OPTIONS,
);

testWith(
  POSTGRES,
  "rescued tokens are delivered under another spelling of the store's address",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 2);
    const path = await leaveRescue(world, postgres);
    const since = world.sandbox.requests.length;
    const token = await world.run(0, ["token"], otherSpelling(postgres));
    assertEquals(token.code, 0, token.stderr);
    assertStringIncludes(token.stderr, "Warning: the tokens that were rescued to ");
    assertEquals(world.refreshes(since), []);
    assertEquals((await world.login()).accessToken, token.stdout.trim());
    assertEquals(exists(path), false);
    assertEquals((await world.run(1, ["refresh"])).code, 0, "the login still works");
  },
  OPTIONS,
);

testWith(
  POSTGRES,
  "rescued tokens of another store stay where they are, and hinder no command",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 1);
    const path = await leaveRescue(world, postgres);
    await postgres.sql("CREATE DATABASE other OWNER anaplan", "postgres");
    const url = postgres.url.replace(/anaplan$/, "other");
    const other = { ANAPLAN_AUTH_STORE: url, PGPASSWORD: new URL(url).password };
    const init = await world.run(0, ["store", "init", url.replace(/:[^:@]+@/, "@")], other);
    assertEquals(init.code, 0, init.stderr);
    const [home] = world.homes;
    if (home === undefined) throw new Error("there is no computer");
    await signIn(world.sandbox, home, { env: { ...world.env, ...other } });
    const refresh = await world.run(0, ["refresh"], other);
    assertEquals([refresh.code, refresh.stderr], [0, ""]);
    assertEquals(exists(path), true);
    const back = await world.run(0, ["token"]);
    assertEquals(back.code, 0, back.stderr);
    assertEquals(exists(path), false);
  },
  OPTIONS,
);

testWith(
  POSTGRES,
  "a damaged file, or one of another user, where rescued tokens may be hinders no command",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 1);
    const { path, configDir } = world.homes[0] ?? { path: "", configDir: "" };
    const begins = `${configDir}/shared/`.replace(/[^\w.-]+/g, "_").slice(-80);
    const foreign = `${path}/anaplan-auth-rescued-${begins}default.json`;
    await Deno.writeTextFile(foreign, "no JSON", { mode: 0o600 });
    const mine = await world.run(0, ["refresh"]);
    assertEquals([mine.code, mine.stderr], [0, ""], "one that is damaged");
    if (!CANNOT_CHOWN) await Deno.chown(foreign, NOBODY, NOBODY);
    for (const command of [["refresh"], ["store", "status"], ["store", "use", "local"]]) {
      const { code, stderr } = await world.run(0, command);
      assertEquals([code, stderr.includes(" wait in ")], [
        0,
        CANNOT_CHOWN && command[0] === "store",
      ]);
    }
  },
  OPTIONS,
);

testWith(POSTGRES, "store use and store status say that rescued tokens wait", async (bin) => {
  await using postgres = await filePostgres(bin);
  await using world = await sharedWorld(postgres, 1);
  const path = await leaveRescue(world, postgres);
  const short = path.replace(world.homes[0]?.path ?? "", "~");
  const use = await world.run(0, ["store", "use", "local"]);
  assertStringIncludes(use.stderr, `Warning: new tokens of profile default wait in ${short}`);
  for (const env of [{}, { ANAPLAN_AUTH_STORE: "local" }]) {
    const status = await world.run(0, ["store", "status"], env);
    assertEquals(status.code, 0, status.stderr);
    assertStringIncludes(status.stderr, `Warning: new tokens of profile default wait in ${short}`);
    const { waiting } = JSON.parse((await world.run(0, ["store", "status", "--json"], env)).stdout);
    assertEquals(waiting, [{ profile: "default", path }]);
  }
  assertEquals((await world.run(0, ["token"])).code, 0);
  assertEquals((await world.run(0, ["store", "status"])).stderr, "");
}, OPTIONS);

testWith(
  POSTGRES,
  "a fresh copy is used while the store takes no rescued tokens",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 1);
    const fresh = await world.run(0, ["token"]);
    const [copy = ""] = world.kept(0, ".json");
    const text = await Deno.readTextFile(copy);
    await leaveRescue(world, postgres);
    await Deno.writeTextFile(copy, text, { mode: 0o600 });
    const [set, reset] = ["SET default_transaction_read_only = on", "RESET ALL"];
    await postgres.sql(`ALTER DATABASE anaplan ${set}`, "postgres");
    const token = await world.run(0, ["token"]);
    assertEquals([token.code, token.stdout], [0, fresh.stdout], token.stderr);
    assertMatch(token.stderr, /^Warning: .*read-only replica/);
    assertEquals(world.kept(0, ".rescued").length, 1, "they still wait");
    await postgres.sql(`ALTER DATABASE anaplan ${reset}`, "postgres");
    assertEquals((await world.run(0, ["refresh"])).code, 0, "the login still works");
  },
  OPTIONS,
);
