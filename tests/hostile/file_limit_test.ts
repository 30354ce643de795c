// A limit on the size of files, as `ulimit -f` sets it: the kernel would kill a process that writes past it.
// Rule: Deno has cached the program before the limit comes, and another Deno holds the cache's databases
// open, since it would be killed while it makes either, before a line of ours has run.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { RecordedRequest } from "../sandbox/contract.ts";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { bareEnvironment, type Outcome } from "../support/program.ts";
import {
  assertTwoLines,
  assertUntouched,
  newTokens,
  type StaleLogin,
  staleLogin,
} from "./stale_login.ts";
import { runBounded, runWrapped, wrappedTest } from "./wrapped.ts";

/** The exit code of what SIGXFSZ has killed: Deno itself, before the program. */
const KILLED = 128 + 25;

/** No file may be longer than so many bytes. */
function limitedTo(bytes: number): string[] {
  return ["prlimit", `--fsize=${bytes}`];
}

/** Runs the program with the limit, on a stale login whose refresh token rotates. */
async function limited(
  bytes: number,
  argv: readonly string[],
  check: (
    outcome: Outcome,
    home: StaleLogin,
    requests: readonly RecordedRequest[],
  ) => Promise<void>,
): Promise<void> {
  await using sandbox = await startSandbox();
  const headers = { "content-type": "application/json" };
  sandbox.fault("/oauth/token", { body: newTokens(), headers, times: Infinity });
  await using home = await staleLogin(sandbox);
  await using _cache = await denoCache(limitedTo(bytes), argv, sandbox);
  const before = sandbox.requests.length;
  const env = { TMPDIR: home.path };
  const outcome = await runWrapped(limitedTo(bytes), argv, { home: home.path, env });
  await check(outcome, home, sandbox.requests.slice(before));
}

/** Runs the command, on a login of its own, until Deno has nothing left to write before it. */
async function denoCache(
  wrapper: readonly string[],
  argv: readonly string[],
  sandbox: Sandbox,
): Promise<AsyncDisposable> {
  await using home = await staleLogin(sandbox);
  const options = { home: home.path };
  await runBounded(argv, options);
  const holder = await anotherDeno(home.path);
  for (let tries = 0; tries < 10; tries++) {
    if ((await runWrapped(wrapper, argv, options)).code !== KILLED) break;
    await runBounded(argv, options);
  }
  return holder;
}

/** A Deno that does nothing, with the cache open, until it is disposed of. */
async function anotherDeno(home: string): Promise<AsyncDisposable> {
  await Deno.writeTextFile(
    `${home}/wait.js`,
    "console.log(1); await Deno.stdin.read(new Uint8Array(1));",
  );
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", `${home}/wait.js`],
    clearEnv: true,
    env: await bareEnvironment(home),
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  return {
    async [Symbol.asyncDispose]() {
      await child.stdin.close();
      await reader.cancel();
      await child.status;
    },
  };
}

function limitTest(name: string, fn: () => Promise<void>): void {
  wrappedTest(limitedTo(1_000), name, fn);
}

limitTest("where a file size limit leaves no room for new tokens, nothing is asked", async () => {
  for (const [bytes, file] of [[2_000, "default.lock"], [16_384, "default.json"]] as const) {
    await limited(bytes, ["refresh"], async (outcome, home, requests) => {
      assertTwoLines(outcome, 7);
      assertStringIncludes(outcome.stderr, `credentials/${file}: file too large`);
      assertEquals(requests, []);
      const { refreshToken } = await home.credentials() ?? {};
      assertEquals(refreshToken, "old-refresh-token");
      const left = [...(await home.files()).keys()].filter((path) => /\.(tmp|next)$/.test(path));
      assertEquals(left, []);
    });
  }
});

limitTest(
  "a file size limit that takes not even the lock's text lets nothing be asked",
  async () => {
    await limited(0, ["refresh"], async (outcome, home, requests) => {
      assertTwoLines(outcome, 7);
      assertStringIncludes(outcome.stderr, "credentials/default.lock: file too large");
      assertEquals(requests, []);
      assert((await home.files()).has("credentials/default.lock"));
    });
  },
);

limitTest("settings that are too long for a file size limit stay as they were", async () => {
  await using sandbox = await startSandbox();
  await using home = await staleLogin(sandbox);
  const argv = ["profile", "set", "--region", "us2"];
  await using _cache = await denoCache(limitedTo(100), argv, sandbox);
  const before = await home.files();
  assertTwoLines(await runWrapped(limitedTo(100), argv, { home: home.path }), 7);
  assertUntouched(before, await home.files());
});

limitTest("a file size limit that our files fit into is none, whatever Deno caches", async () => {
  await limited(65_536, ["refresh"], async ({ code, stderr }, home) => {
    assertEquals([code, stderr], [0, ""]);
    const { refreshToken } = await home.credentials() ?? {};
    assertEquals(refreshToken, "new-refresh-token");
  });
});
