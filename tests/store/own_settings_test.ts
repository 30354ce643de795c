// A computer with settings of its own under a name that is also in the store. Rule: what only looks, and a move that is
// refused, leaves them as they are.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { testWith } from "../support/needs.ts";
import { nextWords } from "../support/next_typed.ts";
import { filePostgres } from "../support/file_postgres.ts";
import { findPostgres } from "../support/postgres.ts";
import { type SharedWorld, sharedWorld } from "../support/shared_world.ts";
import { signIn } from "../support/sign_in.ts";

const POSTGRES = findPostgres();
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };
const LOCAL = { ANAPLAN_AUTH_STORE: "local" };

/** Gives a computer a profile of its own, made without the store; its file. */
async function ownSettings(world: SharedWorld, home: number): Promise<string> {
  const set = await world.run(home, ["profile", "set", "--refresh-token-lifetime", "10d"], LOCAL);
  assertEquals(set.code, 0, set.stderr);
  return `${world.homes[home]?.configDir}/profiles/default.json`;
}

/** Gives a computer a login of its own, whose tokens are others. */
async function ownLogin(world: SharedWorld, home: number): Promise<void> {
  const directory = `${world.homes[home]?.configDir}/credentials`;
  await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
  const login = { ...await world.login(), accessToken: "own-access", refreshToken: "own-refresh" };
  const text = JSON.stringify({ ...login, version: 1, signIn: "own" });
  await Deno.writeTextFile(`${directory}/default.json`, text, { mode: 0o600 });
}

testWith(
  POSTGRES,
  "what looks into the store leaves this computer's own settings, and a refresh those of the store",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 2);
    const [path, settings] = [await ownSettings(world, 1), await world.column("settings")];
    const before = await Deno.readTextFile(path);
    for (const argv of [["status"], ["store", "status"], ["profile", "list"], ["token"]]) {
      const looked = await world.run(1, argv);
      // its own settings name Anaplan, so status says that the store's login is for another server
      assertEquals(looked.code, argv[0] === "status" ? 3 : 0, looked.stderr);
      assertEquals(await Deno.readTextFile(path), before, argv.join(" "));
    }
    const refreshed = await world.run(1, ["refresh"]);
    assertEquals(refreshed.code, 0, refreshed.stderr);
    assertMatch(
      refreshed.stderr,
      /^Warning: this computer keeps its own settings of profile default, .*; to use the store's, remove ~\/\S+default\.json\n$/,
    );
    assertEquals(await Deno.readTextFile(path), before);
    assertEquals(await world.column("settings"), settings);
    await Deno.remove(path);
    assertEquals((await world.run(1, ["refresh"])).stderr, "");
    assertEquals((await world.run(1, ["profile", "show"])).stdout.includes("10d"), false);
  },
  OPTIONS,
);

testWith(
  POSTGRES,
  "where own settings keep the store's login from being used, the Next line leaves the login to the others",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 2);
    const path = await ownSettings(world, 1);
    const login = await world.column("login");
    const home = world.homes[1]?.path ?? "";
    const file = path.replace(home, "~");
    const next =
      `rm ${file}, to use the store's settings; if that does not help, anaplan-auth login`;
    for (const command of ["whoami", "status", "doctor"]) {
      const { stdout, stderr } = await world.run(1, [command]);
      assertStringIncludes(stdout + stderr, `Next: ${next}`, command);
    }
    const [, ...flags] = nextWords((await world.run(1, ["whoami"])).stderr, `Next: ${next}`);
    await Deno.remove(path);
    assertEquals((await world.run(1, ["whoami"])).code, 0);
    assertEquals(await world.column("login"), login);
    const [, other] = world.homes;
    if (other !== undefined) await signIn(world.sandbox, other, { env: world.env, flags });
    assertEquals((await world.run(0, ["whoami"])).code, 0);
  },
  OPTIONS,
);

testWith(POSTGRES, "a move that is refused leaves this computer's settings", async (bin) => {
  await using postgres = await filePostgres(bin);
  await using world = await sharedWorld(postgres, 2);
  const path = await ownSettings(world, 1);
  await ownLogin(world, 1);
  const before = await Deno.readTextFile(path);
  for (const move of ["push", "pull"]) {
    const refused = await world.run(1, ["store", move]);
    assertEquals(refused.code, 2, refused.stderr);
    assertStringIncludes(refused.stderr, "has another login of this profile");
    const next = "Next: see which one is newer: anaplan-auth store status";
    const status = await world.run(1, nextWords(refused.stderr, next));
    assertEquals(status.code, 0, status.stderr);
    assertEquals(await Deno.readTextFile(path), before, move);
  }
}, OPTIONS);

testWith(POSTGRES, "a login is moved with its settings, whatever was there", async (bin) => {
  await using postgres = await filePostgres(bin);
  await using world = await sharedWorld(postgres, 3);
  const path = await ownSettings(world, 1);
  const before = await Deno.readTextFile(path);
  await ownLogin(world, 1);
  assertEquals((await world.run(0, ["logout"])).code, 0);
  const pushed = await world.run(1, ["store", "push"]);
  assertEquals([pushed.code, pushed.stderr], [0, ""]);
  assertEquals(await Deno.readTextFile(path), before);
  await world.run(2, ["status"]);
  assertStringIncludes((await world.run(2, ["profile", "show"])).stdout, "10d");
  const other = await world.run(0, ["status"]);
  assertEquals(other.stderr, "", "it had the settings of the store, and has them again");
  const other2 = await world.run(0, ["profile", "show"]);
  assertStringIncludes(other2.stdout, "10d");
  const set = await world.run(0, ["profile", "set", "--refresh-token-lifetime", "3d"], LOCAL);
  assertEquals(set.code, 0, set.stderr);
  const pulled = await world.run(0, ["store", "pull"]);
  assertEquals([pulled.code, pulled.stderr], [0, ""]);
  assertStringIncludes((await world.run(0, ["profile", "show"], LOCAL)).stdout, "10d");
}, OPTIONS);
