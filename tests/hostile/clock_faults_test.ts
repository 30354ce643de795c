// A clock that jumps, as the times in the login's file show it.
// Rule: whatever the clock says, the server is asked once, and nothing absurd is said.
import { assert, assertEquals, assertNotMatch } from "@std/assert";
import { startSandbox } from "../sandbox/sandbox.ts";
import { newTokens, staleLogin } from "./stale_login.ts";
import { runBounded } from "./wrapped.ts";

const DAY = 86_400_000;
const JSON_TYPE = { "content-type": "application/json" };

Deno.test("after the clock went forward a year, one refresh makes the login valid again", async () => {
  await using sandbox = await startSandbox();
  sandbox.fault("/oauth/token", { body: newTokens(), headers: JSON_TYPE });
  await using home = await staleLogin(sandbox, {
    expiresAt: Date.now() - 365 * DAY,
    obtainedAt: Date.now() - 365 * DAY,
  });
  for (const _ of [1, 2]) {
    assertEquals((await runBounded(["token"], { home: home.path })).stdout, "new-access-token\n");
  }
  assertEquals(sandbox.requests.length, 1);
});

for (const command of [["status"], ["status", "--json"], ["doctor"], ["token"]]) {
  Deno.test(`${command.join(" ")} says nothing absurd of a login from the future`, async () => {
    await using sandbox = await startSandbox();
    await using home = await staleLogin(sandbox, {
      obtainedAt: Date.now() + 2 * DAY,
      refreshTokenSavedAt: Date.now() + 2 * DAY,
      expiresAt: Date.now() + 3 * DAY,
    });
    const { code, stdout, stderr } = await runBounded(command, { home: home.path });
    assert(code !== 1, stderr); // doctor finds problems, on this computer and with this token
    assertNotMatch(stdout + stderr, /NaN|Invalid|undefined|(?<![\w.-])-\d+ (s|min|h|days)/);
  });
}
