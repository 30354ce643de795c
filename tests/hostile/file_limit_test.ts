// The file size limit, whose SIGXFSZ must not kill the program between the answer and the disk.
import { assertEquals, assertMatch } from "@std/assert";
import { startSandbox } from "../sandbox/sandbox.ts";
import { startProgram } from "../support/program.ts";
import { newTokens, staleLogin } from "./stale_login.ts";
import { withFileLimit, wrappedTest } from "./wrapped.ts";

const LIMIT = 100;

wrappedTest(
  withFileLimit(LIMIT),
  "under a file size limit the loss of new tokens is told, and the old login stays",
  async () => {
    await using sandbox = await startSandbox();
    const headers = { "content-type": "application/json" };
    sandbox.fault("/oauth/token", { body: newTokens(), headers, delayMs: 400 });
    await using home = await staleLogin(sandbox);
    const before = await Deno.readTextFile(home.credentialsFile());
    await using program = await startProgram(["token"], { home: home.path });
    while (sandbox.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await limit(program.pid); // not from the start: Deno's own cache would meet it first
    const { stdout, stderr } = await program.outcome;
    // The exit code is Deno's own end here: its cache meets the limit too, when all has been said.
    assertMatch(stderr, /could not be saved anywhere[^]*Next: .*anaplan-auth login/);
    assertEquals([stdout, await Deno.readTextFile(home.credentialsFile())], ["", before]);
  },
);

async function limit(pid: number): Promise<void> {
  const args = ["--pid", String(pid), `--fsize=${LIMIT}`];
  await new Deno.Command("prlimit", { args }).output();
}
