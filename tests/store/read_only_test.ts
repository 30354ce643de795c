// A home that takes no file, as in a container whose disk is read-only. Rule: the disk is really mounted read-only, and
// the computer is new: all that it has is an address, a password and a key.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { isUsable, readOnly } from "../hostile/wrapped.ts";
import { filePostgres } from "../support/file_postgres.ts";
import { findPostgres } from "../support/postgres.ts";
import { type Outcome, runProgram } from "../support/program.ts";
import { filesBelow, type SharedWorld, sharedWorld } from "../support/shared_world.ts";
import { modeOf, namesIn, tempDir } from "../support/temp_dir.ts";
import { testWith } from "../support/needs.ts";

const POSTGRES = findPostgres();
const OPTIONS = { sanitizeOps: false, sanitizeResources: false };

/** A test with PostgreSQL that is skipped where no disk may be mounted, as in many containers. */
function mountedTest(name: string, fn: (bin: string) => Promise<void>): void {
  if (isUsable(readOnly("/var/tmp"))) testWith(POSTGRES, name, fn, OPTIONS);
  else Deno.test.ignore(`${name} (needs the right to mount)`, () => {});
}

/** Runs the rest with a directory as `/var/tmp`. */
function temporaryIn(directory: string): string[] {
  const script = 'mount --bind "$1" /var/tmp; shift; exec "$@"';
  return ["unshare", "-rm", "sh", "-c", script, "sh", directory];
}

/** Runs a command on the second computer, whose home is read-only. */
async function run(
  world: SharedWorld,
  argv: readonly string[],
  temporary: readonly string[],
): Promise<Outcome> {
  const home = world.homes[1]?.path ?? "";
  const wrapper = [...temporary, ...readOnly(home)];
  return await runProgram(argv, { home, env: { ...world.env, TMPDIR: home }, wrapper });
}

mountedTest(
  "a computer whose home is read-only uses the store, refreshes there, and keeps what it needs elsewhere",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 2);
    using temporary = tempDir();
    const elsewhere = temporaryIn(temporary.path);
    const token = await run(world, ["token"], elsewhere);
    assertEquals([token.code, token.stderr], [0, ""]);
    const whoami = await run(world, ["whoami"], elsewhere);
    assertEquals([whoami.code, whoami.stderr], [0, ""]);
    await world.makeStale();
    for (const path of filesBelow(temporary.path)) {
      if (path.endsWith(".json")) Deno.removeSync(path);
    }
    const settings = await world.column("settings");
    const since = world.sandbox.requests.length;
    const refreshed = await run(world, ["token"], elsewhere);
    assertEquals([refreshed.code, refreshed.stderr], [0, ""]);
    assertEquals(world.refreshes(since), [200]);
    assertEquals((await world.login()).accessToken, refreshed.stdout.trim());
    assert(settings !== "" && await world.column("settings") !== "", "the settings stay there");
    await postgres.kill();
    const copied = await run(world, ["token"], elsewhere);
    assertEquals([copied.code, copied.stdout], [0, refreshed.stdout], copied.stderr);
    for (const path of filesBelow(temporary.path)) assertEquals(modeOf(path), "600", path);
    const home = world.homes[1]?.path.replaceAll("/", "_") ?? "";
    assertEquals(namesIn("/tmp").filter((name) => name.includes(home)), [], "one place is enough");
    await postgres.start();
    const other = await world.run(0, ["whoami"]);
    assertEquals(other.code, 0, other.stderr);
  },
);

mountedTest(
  "where no disk takes a file, a fresh token comes from the store, and no refresh token is sent",
  async (bin) => {
    await using postgres = await filePostgres(bin);
    await using world = await sharedWorld(postgres, 2);
    const nowhere = [...readOnly("/var/tmp"), ...readOnly("/tmp")];
    const token = await run(world, ["token"], nowhere);
    assertEquals(token.code, 0, token.stderr);
    assertMatch(token.stderr, /^Warning: .*; each command asks the login store until/);
    await world.makeStale();
    const since = world.sandbox.requests.length;
    const refused = await run(world, ["token"], nowhere);
    assertEquals([refused.code, refused.stdout], [7, ""], refused.stderr);
    assertMatch(refused.stderr, /read-only file system\.\nNext: .*--config-dir\n$/);
    assertEquals(world.sandbox.requests.length, since, "nothing was sent");
  },
);
