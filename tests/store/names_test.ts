// Rows that the database's administrator named as no profile is. Rule: the commands are real, and so are the files that
// such a name would lead to.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { findEtcd, startEtcd } from "../support/etcd.ts";
import { testWith } from "../support/needs.ts";
import { nextWords } from "../support/words.ts";
import { filePostgres } from "../support/file_postgres.ts";
import { findPostgres } from "../support/postgres.ts";
import { type SharedWorld, sharedWorld } from "../support/shared_world.ts";
import { signIn } from "../support/sign_in.ts";

const OPTIONS = { sanitizeOps: false, sanitizeResources: false };
const NAMES: readonly string[] = ["../../../../project/yarn", "eu\n\nNext: curl x | sh", ""];
const COMMANDS = [["seal"], ["profile", "list"], ["store", "status"], ["store", "pull", "--all"]];

/** Each command does its work, says once what it leaves out, and no row's name becomes a path or a line. */
async function assertLeftOut(world: SharedWorld): Promise<void> {
  const project = `${world.homes[0]?.path}/project`;
  await Deno.mkdir(project);
  await Deno.writeTextFile(`${project}/yarn.lock`, "# yarn lockfile v1\n", { mode: 0o600 });
  for (const command of COMMANDS) {
    const { code, stdout, stderr } = await world.run(0, command);
    assertEquals(code, 0, stderr);
    assertMatch(
      stderr,
      /^Warning: Ignored in the login store .*“.*” and \d more, which cannot name/m,
    );
    for (const line of `${stdout}\n${stderr}`.split("\n")) {
      assert(!line.startsWith("Next: curl"), line);
    }
  }
  const here = await world.run(0, ["status"], { ANAPLAN_AUTH_STORE: "local" });
  assertEquals(here.code, 0, "the login was moved");
  const files = [...Deno.readDirSync(project)].map(({ name }) => name);
  assertEquals(files, ["yarn.lock"]);
  assertEquals(await Deno.readTextFile(`${project}/yarn.lock`), "# yarn lockfile v1\n");
}

testWith(
  findPostgres(),
  "rows in PostgreSQL that no profile is named as are left out of every command",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 1);
    for (const name of NAMES) {
      const literal = `'${name.replaceAll("'", "''")}'`;
      await postgres.sql(
        `INSERT INTO anaplan_auth_logins (profile, login) VALUES (${literal}, 'x')`,
      );
    }
    await assertLeftOut(world);
  },
  OPTIONS,
);

testWith(
  findEtcd(),
  "rows in etcd that no profile is named as are left out of every command",
  async (path) => {
    await using etcd = await startEtcd(path);
    await using world = await sharedWorld(etcd, 1);
    for (const name of NAMES) await etcd.put(`team/logins/${name}`, "no JSON");
    await assertLeftOut(world);
  },
  OPTIONS,
);

testWith(
  findEtcd(),
  "a row in etcd that is no JSON is a damaged login",
  async (path) => {
    await using etcd = await startEtcd(path);
    await using world = await sharedWorld(etcd, 1);
    await etcd.put("team/logins/default", "no JSON");
    const [home] = world.homes;
    if (home === undefined) throw new Error("there is no computer");
    let flags: string[] = [];
    for (const command of [["refresh"], ["store", "status"]]) {
      const { code, stderr } = await world.run(0, command);
      assertEquals(code, 7, stderr);
      assertMatch(stderr, /^Cannot use the login store: a login in it is damaged\.\n/);
      const next = "Next: remove its key (etcdctl del), then sign in: anaplan-auth login";
      [, ...flags] = nextWords(stderr, next);
    }
    await etcd.remove("team/logins/default");
    await signIn(world.sandbox, home, { env: world.env, flags });
    assertEquals((await world.run(0, ["refresh"])).code, 0, "the new login works");
  },
  OPTIONS,
);

testWith(
  findPostgres(),
  "exec gives its program nothing that leads to the store",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 1);
    const passwords = `${world.homes[0]?.path}/password`;
    await Deno.writeTextFile(passwords, new URL(postgres.url).password, { mode: 0o600 });
    const own = {
      PGPASSWORD: "one",
      PGPASSFILE: "/none",
      ANAPLAN_AUTH_STORE_PASSWORD_FILE: passwords,
    };
    const names = ["ANAPLAN_AUTH_STORE", "ANAPLAN_AUTH_KEY_FILE", ...Object.keys(own)];
    const { code, stdout, stderr } = await world.run(0, ["exec", "--", "env"], own);
    assertEquals(code, 0, stderr);
    for (const name of names) assert(!stdout.includes(`${name}=`), name);
  },
  OPTIONS,
);

const ADVICE = "eve\n\nNext: curl x | sh";

/** No text of a row becomes a line of the program's, whichever command reads it. */
async function assertNoLine(
  world: SharedWorld,
  said: string,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  let isSaid = false;
  for (const command of [["store", "status"], ["refresh"], ["doctor"], ["seal"]]) {
    const { code, stdout, stderr } = await world.run(0, command, env);
    assert(code !== 1, stderr);
    for (const line of `${stdout}\n${stderr}`.split("\n")) {
      assert(!/^\s*Next: curl/.test(line), line);
    }
    isSaid ||= `${stdout}${stderr}`.includes(said);
  }
  assert(isSaid, said);
}

testWith(
  findPostgres(),
  "what a row in PostgreSQL says about itself is quoted, and cannot become a line of the program's",
  async (bin, test) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 1);
    const { sql } = postgres;
    const literal = `E'${ADVICE.replaceAll("\n", "\\n")}'`;
    const quoted = "“eve Next… curl x | sh”";
    await test.step("who saved it, and who refreshes it", async () => {
      await sql(
        `UPDATE anaplan_auth_logins SET saved_by = ${literal}, refreshing_by = ${literal}, attempt = 'x'`,
      );
      const status = await world.run(0, ["store", "status"]);
      assertMatch(status.stdout, /by “eve Next… curl x \| sh”; being refreshed by “eve Next…/);
      await sql("UPDATE anaplan_auth_logins SET attempt = NULL");
      await assertNoLine(world, quoted);
    });
    await test.step("when it was saved", async () => {
      await sql("UPDATE anaplan_auth_logins SET saved_at = 'infinity'");
      for (const command of [["store", "status"], ["store", "status", "--json"]]) {
        const { code, stderr } = await world.run(0, command);
        assertEquals(code, 0, stderr);
      }
    });
    await test.step("the version of the tables", async () => {
      await sql("ALTER TABLE anaplan_auth_version ALTER version TYPE text USING version::text");
      await sql(`UPDATE anaplan_auth_version SET version = ${literal}`);
      await assertNoLine(world, quoted);
      await sql("UPDATE anaplan_auth_version SET version = '1'");
    });
    await test.step("the key of a login", async () => {
      const header = { alg: "dir", enc: "A256GCM", kid: ADVICE, profile: "default" };
      const head = btoa(JSON.stringify(header)).replaceAll("=", "");
      await world.database.replaceLogin(`{"version":2,"sealed":"${head}..a.b.c"}`);
      for (const path of world.kept(0, ".json")) await Deno.remove(path);
      await assertNoLine(world, quoted);
    });
  },
  OPTIONS,
);

testWith(
  findEtcd(),
  "what a row in etcd says about itself is quoted, and cannot become a line of the program's",
  async (path, test) => {
    await using etcd = await startEtcd(path);
    await using world = await sharedWorld(etcd, 1);
    const quoted = "“eve Next… curl x | sh”";
    await test.step("who saved it and when, who refreshes it, and its generation", async () => {
      const row = JSON.parse(await etcd.get("team/logins/default") ?? "{}");
      const attempt = { id: "x", by: ADVICE };
      const strange = { ...row, savedBy: ADVICE, savedAt: 1e300, generation: ADVICE, attempt };
      await etcd.put("team/logins/default", JSON.stringify(strange));
      const status = await world.run(0, ["store", "status", "--json"]);
      assertEquals(status.code, 0, status.stderr);
      const [login] = JSON.parse(status.stdout).logins;
      const names = { saved_by: quoted, refreshing_by: quoted };
      assertEquals(login, { profile: "default", generation: "0", saved_at: null, ...names });
      await etcd.put("team/logins/default", JSON.stringify({ ...strange, attempt: undefined }));
      await assertNoLine(world, quoted);
    });
    await test.step("the version of its keys", async () => {
      await etcd.put("team/version", ADVICE);
      await assertNoLine(world, quoted);
    });
  },
  OPTIONS,
);
