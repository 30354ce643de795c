// A directory that does not sync, after the file in it was replaced: the disk fails, or its file system
// knows no such thing. Rule: what is in its place is said to be there, and also what may undo it.
import { assertEquals, assertMatch } from "@std/assert";
import { startSandbox } from "../sandbox/sandbox.ts";
import { findStrace, testWith } from "../support/needs.ts";
import { newTokens, staleLogin } from "./stale_login.ts";
import { runWrapped } from "./wrapped.ts";

/** Lets every fsync of the directory fail, and of nothing else. */
function withoutSync(directory: string, error: string): string[] {
  const inject = ["-e", "trace=fsync", "-e", `inject=fsync:error=${error}`];
  return ["strace", "-f", "-o", "/dev/null", "--kill-on-exit", "-P", directory, ...inject];
}

for (const error of ["EIO", "EINVAL"]) {
  testWith(
    findStrace(),
    `${error} at the directory's fsync leaves a login that works`,
    async () => {
      await using sandbox = await startSandbox();
      const headers = { "content-type": "application/json" };
      sandbox.fault("/oauth/token", { body: newTokens(), headers });
      await using home = await staleLogin(sandbox);
      const wrapper = withoutSync(`${home.configDir}/credentials`, error);
      const options = { home: home.path, env: { TMPDIR: home.path } };
      const { code, stdout, stderr } = await runWrapped(wrapper, ["token"], options);
      assertEquals([code, stdout], [0, "new-access-token\n"], stderr);
      assertMatch(
        stderr,
        /^Warning: ~\/\.config\/anaplan-auth\/credentials\/default\.json is written, but a power cut may undo that: its directory did not sync \([^()\n]+\)\.?\n$/,
      );
      assertEquals((await home.credentials())?.refreshToken, "new-refresh-token");
      const beside = Array.from(Deno.readDirSync(home.path), ({ name }) => name);
      assertEquals(beside, [".config"], "nothing was rescued to elsewhere");
    },
  );
}

testWith(findStrace(), "a logout whose directory does not sync has removed the login", async () => {
  await using sandbox = await startSandbox();
  sandbox.fault("/token/logout", { status: 204 });
  await using home = await staleLogin(sandbox, { expiresAt: Date.now() + 600_000 });
  const wrapper = withoutSync(`${home.configDir}/credentials`, "EIO");
  const { code, stderr } = await runWrapped(wrapper, ["logout"], { home: home.path });
  assertEquals(code, 0, stderr);
  assertMatch(stderr, /default\.json is removed, but a power cut may undo that/);
  assertEquals(await home.credentials(), undefined);
});
