// Links in the place of our directories: some people keep their settings so, and others lay traps.
// Rule: the real program; what a link leads to is looked at afterwards, name by name.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { assertTwoLines, newTokens, type StaleLogin, staleLogin } from "./stale_login.ts";
import { runBounded } from "./wrapped.ts";

const HAS_MODES = Deno.build.os !== "windows";

/** A stale login with one of its directories elsewhere, open or not, and a link in its place. */
async function withLink(
  sandbox: Sandbox,
  directory: string,
  mode: number,
): Promise<StaleLogin & { readonly target: string }> {
  const home = await staleLogin(sandbox);
  const path = `${home.configDir}${directory}`;
  const target = `${home.path}/elsewhere`;
  await Deno.mkdir(path, { recursive: true });
  await Deno.rename(path, target);
  await Deno.chmod(target, mode);
  await Deno.symlink(target, path);
  return { ...home, target };
}

function giveTokens(sandbox: Sandbox): void {
  const headers = { "content-type": "application/json" };
  sandbox.fault("/oauth/token", { body: newTokens(), headers, times: Infinity });
}

for (const directory of ["", "/credentials"]) {
  Deno.test({
    name: `a link of one's own may replace ${directory || "the whole directory"}`,
    ignore: !HAS_MODES,
    async fn() {
      await using sandbox = await startSandbox();
      giveTokens(sandbox);
      await using home = await withLink(sandbox, directory, 0o700);
      const { code, stderr } = await runBounded(["refresh"], { home: home.path });
      assertEquals([code, stderr], [0, ""]);
      assertEquals((await home.credentials())?.refreshToken, "new-refresh-token");
    },
  });
}

const WRITERS: Readonly<Record<string, readonly string[]>> = {
  "": ["refresh"],
  "/credentials": ["refresh"],
  "/profiles": ["profile", "set", "--region", "us2"],
  "/tls": ["cert", "renew"],
};

for (const [directory, command] of Object.entries(WRITERS)) {
  const place = directory || "the whole directory";
  Deno.test({
    name: `nothing is written through a link in the place of ${place} to where others can write`,
    ignore: !HAS_MODES,
    async fn() {
      await using sandbox = await startSandbox();
      giveTokens(sandbox);
      await using home = await withLink(sandbox, directory, 0o777);
      const before = Array.from(Deno.readDirSync(home.target), ({ name }) => name);
      const outcome = await runBounded(command, { home: home.path });
      assertTwoLines(outcome, 7);
      assertStringIncludes(outcome.stderr, "which other users can open");
      assertEquals(Array.from(Deno.readDirSync(home.target), ({ name }) => name), before);
      assertEquals(sandbox.requests, []);
    },
  });
}

Deno.test({
  name: "the last failure is not kept through a link to where others can write",
  ignore: !HAS_MODES,
  async fn() {
    await using sandbox = await startSandbox();
    sandbox.fault("/oauth/token", { status: 500 });
    await using home = await withLink(sandbox, "/failures", 0o777);
    assertTwoLines(await runBounded(["refresh"], { home: home.path }), 6);
    assertEquals(Array.from(Deno.readDirSync(home.target)), []);
  },
});
