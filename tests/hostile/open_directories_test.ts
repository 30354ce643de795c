// Directories that other users can enter or write to: nothing is read from them, and nothing in them changes.
// Rule: the real program; modes and names are compared before and after.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { makeOldFile } from "../support/disk.ts";
import type { Home } from "../support/home.ts";
import { modeOf, namesIn } from "../support/temp_dir.ts";
import { assertTwoLines, staleLogin } from "./stale_login.ts";
import { runBounded } from "./wrapped.ts";

const HAS_MODES = Deno.build.os !== "windows";
const MINUTE = 60_000;
const NOWHERE = "https://127.0.0.1:1";
const SERVICE = {
  endpoints: { authorization: NOWHERE, token: NOWHERE, apiUrl: NOWHERE, authUrl: NOWHERE },
  caFile: "/dev/null",
};

/** Commands that write into a configuration directory, without a person or a server. */
const WRITERS: readonly (readonly string[])[] = [
  ["profile", "set", "--region", "us2"],
  ["cert", "renew"],
  ["login", "--paste", "--client-id", "a-client"],
];

for (const mode of [0o711, 0o1777]) {
  const name = mode.toString(8);
  Deno.test({
    name: `a --config-dir with mode 0${name} is refused, and keeps its mode and its files`,
    ignore: !HAS_MODES,
    async fn() {
      await using home = await staleLogin(SERVICE);
      const shared = `${home.path}/shared`;
      await Deno.mkdir(shared);
      await Deno.chmod(shared, mode);
      makeOldFile(`${shared}/theirs.${crypto.randomUUID()}.tmp`, 10_000);
      makeOldFile(`${shared}/config.json.${crypto.randomUUID()}.tmp`, 10_000);
      const before = namesIn(shared);
      for (const command of WRITERS) {
        const argv = [...command, "--config-dir", shared];
        const outcome = await runBounded(argv, { home: home.path });
        assertTwoLines(outcome, 7);
        assertStringIncludes(outcome.stderr, "~/shared: other users can open it.\nNext: chmod 700");
        assertEquals((Deno.statSync(shared).mode ?? 0) & 0o7777, mode);
        assertEquals(namesIn(shared), before);
      }
    },
  });
}

Deno.test("a write removes its own old temporary files, and none of another program", async () => {
  await using home = await staleLogin(SERVICE);
  const mine = `${home.configDir}/profiles/default.json.${crypto.randomUUID()}.tmp`;
  const theirs = ["", "profiles/", "tls/"].map((directory) => {
    Deno.mkdirSync(`${home.configDir}/${directory}`, { recursive: true, mode: 0o700 });
    return `${home.configDir}/${directory}notes.txt.${crypto.randomUUID()}.tmp`;
  });
  for (const path of [mine, ...theirs]) makeOldFile(path, 10_000);
  for (const command of WRITERS.slice(0, 2)) {
    assertEquals((await runBounded(command, { home: home.path })).code, 0);
  }
  const isThere = (path: string): boolean => home.configDir !== "" && exists(path);
  assertEquals([mine, ...theirs].map(isThere), [false, true, true, true]);
});

/** A login that needs no refresh, in which one directory is open. */
async function withOpen(directory: string, mode: number): Promise<Home & AsyncDisposable> {
  const home = await staleLogin(SERVICE, { expiresAt: Date.now() + 30 * MINUTE });
  await Deno.chmod(`${home.configDir}${directory}`, mode);
  return home;
}

for (
  const [directory, what] of [["", "the configuration directory"], ["/credentials", "credentials"]]
) {
  for (const mode of [0o755, 0o710]) {
    Deno.test({
      name: `no token is read where ${what} has mode 0${mode.toString(8)}, which stays`,
      ignore: !HAS_MODES,
      async fn() {
        await using home = await withOpen(directory ?? "", mode);
        const path = `${home.configDir}${directory}`;
        const before = await Deno.readTextFile(home.credentialsFile());
        for (const argv of [["token"], ["token", "--profile", "default"], ["status"], ["logout"]]) {
          const outcome = await runBounded(argv, { home: home.path });
          assertTwoLines(outcome, 7);
          assertStringIncludes(outcome.stderr, "other users can open it");
        }
        assertEquals(modeOf(path), mode.toString(8));
        assertEquals(await Deno.readTextFile(home.credentialsFile()), before);
      },
    });
  }
}

Deno.test({
  name: "a directory that keeps out its owner is refused, with the command that opens it",
  ignore: !HAS_MODES,
  async fn() {
    await using home = await withOpen("/credentials", 0o000);
    const outcome = await runBounded(["token"], { home: home.path });
    await Deno.chmod(`${home.configDir}/credentials`, 0o700);
    assertTwoLines(outcome, 7);
    assertStringIncludes(outcome.stderr, "Next: chmod 700 ~/.config/anaplan-auth/credentials");
  },
});

function exists(path: string): boolean {
  try {
    return Deno.lstatSync(path) !== undefined;
  } catch {
    return false;
  }
}
