// The file size limit, whose SIGXFSZ must not kill the program between the answer and the disk.
import { assertEquals, assertMatch } from "@std/assert";
import { startSandbox } from "../sandbox/sandbox.ts";
import { newTokens, staleLogin } from "./stale_login.ts";
import { runWrapped, withFileLimit, wrappedTest } from "./wrapped.ts";

wrappedTest(
  withFileLimit(100),
  "under a file size limit the loss of new tokens is told, and the old login stays",
  async () => {
    await using sandbox = await startSandbox();
    const headers = { "content-type": "application/json" };
    sandbox.fault("/oauth/token", { body: newTokens(), headers });
    await using home = await staleLogin(sandbox);
    const before = await Deno.readTextFile(home.credentialsFile());
    const outcome = await runWrapped(withFileLimit(100), ["token"], { home: home.path });
    // The exit code is Deno's own end here: its cache meets the limit too, when all has been said.
    assertMatch(outcome.stderr, /could not be saved anywhere[^]*Next: .*anaplan-auth login/);
    assertEquals(await Deno.readTextFile(home.credentialsFile()), before);
  },
);
