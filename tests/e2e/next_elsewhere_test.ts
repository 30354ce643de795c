// What a `Next:` line says to type is typed where no case can bring the line about: what happens in between decides.
// Rule: the real program, and the command from its own line.
import { assertEquals } from "@std/assert";
import { startSandbox } from "../sandbox/sandbox.ts";
import { heldRefresh } from "../support/held_refresh.ts";
import { makeHome } from "../support/home.ts";
import { nextWords } from "../support/next_typed.ts";
import { bareEnvironment, runProgram, startProgram } from "../support/program.ts";
import { browse } from "../support/scripted_browser.ts";
import {
  login,
  registeredListener,
  sandboxFlags,
  SIGN_IN_ADDRESS,
  signIn,
} from "../support/sign_in.ts";
import { signedIn } from "../support/signed_in.ts";
import { startStandIn } from "../support/stand_in.ts";
import { tempDir } from "../support/temp_dir.ts";

Deno.test("when another login replaces the one of a call, the Next line leads to the wanted one", async () => {
  await using sandbox = await startSandbox();
  await using home = await makeHome();
  await signedIn(sandbox, home);
  const gate = Promise.withResolvers<void>();
  sandbox.fault("/2/0/models", { until: gate.promise, status: 401 });
  await using call = await startProgram(["api", "/2/0/models"], { home: home.path });
  while (!sandbox.requests.some(({ path }) => path === "/2/0/models")) await pause(10);
  await signedIn(sandbox, home); // another user, who may be the wrong one
  gate.resolve();
  const { code, stderr } = await call.outcome;
  assertEquals(code, 3, stderr);
  const [, ...flags] = nextWords(
    stderr,
    "Next: anaplan-auth login, if the new one is wrong; else the same command again",
  );
  await signIn(sandbox, home, { flags });
  assertEquals((await runProgram(["api", "/2/0/models"], { home: home.path })).code, 0);
});

Deno.test({
  name: "when no disk takes the new tokens, the Next line leads to a login that works",
  ignore: Deno.build.os !== "linux", // prlimit
  async fn() {
    await using held = await heldRefresh();
    using cache = await ownCache(held.home.path);
    const { sandbox, home } = held;
    const wrapper = ["sh", "-c", `trap "" XFSZ; exec "$@"`, "sh"];
    await using refresh = await held.start(["refresh"], { wrapper, env: { DENO_DIR: cache.path } });
    await fillDisks(refresh.pid); // from here on no file of any disk becomes longer
    held.answer();
    const { code, stderr } = await refresh.outcome;
    assertEquals(code, 7, stderr);
    const [, ...flags] = nextWords(
      stderr,
      "Next: anaplan-auth login; the old refresh token may no longer be valid",
    );
    await signIn(sandbox, home, { flags });
    assertEquals((await runProgram(["whoami"], { home: home.path })).code, 0);
  },
});

Deno.test("when rescued tokens are open to others, the Next line leads to a login as well", async () => {
  await using held = await heldRefresh();
  const { sandbox, home } = held;
  const env = { TMPDIR: home.path };
  await using refresh = await held.start(["refresh"], { env });
  const credentials = `${home.configDir}/credentials`;
  await Deno.rename(credentials, `${credentials}-away`);
  held.answer();
  const { code, stderr } = await refresh.outcome;
  assertEquals(code, 7, stderr);
  const [, file = ""] = /they are in ~\/(\S+\.json)/.exec(stderr) ?? [];
  await Deno.chmod(`${home.path}/${file}`, 0o644);
  await Deno.remove(`${credentials}-away/default.json.next`);
  await Deno.rename(`${credentials}-away`, credentials);
  const token = await runProgram(["token"], { home: home.path, env });
  const next = `Next: chmod 600 ~/${file}, then try again; or anaplan-auth login`;
  const [, ...flags] = nextWords(token.stderr, next);
  await signIn(sandbox, home, { flags });
  assertEquals((await runProgram(["whoami"], { home: home.path })).code, 0);
});

Deno.test("when the clock is set, the Next line about a certificate leads to a login", async () => {
  await using sandbox = await startSandbox();
  await using home = await makeHome();
  const yesterday = new Date(Date.now() - 86_400_000);
  await using server = await startStandIn(() => ({ status: 200 }), yesterday);
  const caFile = `${home.path}/both.pem`;
  await Deno.writeTextFile(caFile, sandbox.caPem + server.caPem, { mode: 0o644 });
  const endpoints = { ...sandbox.endpoints, token: `${server.origin}/oauth/token` };
  const { outcome } = await login({ ...sandbox, caFile, endpoints }, home);
  assertEquals(outcome.code, 6, outcome.stderr);
  const [, ...flags] = nextWords(
    outcome.stderr,
    "Next: set this computer's clock if it is wrong, then anaplan-auth login",
  );
  await signIn(sandbox, home, { flags }); // a computer whose clock is right sees a valid certificate
});

Deno.test("when the settings have their place again, the Next line leads to a login with them", async () => {
  await using sandbox = await startSandbox();
  await using home = await makeHome();
  const { rotating } = sandbox.clients;
  const argv = ["login", ...sandboxFlags(sandbox, rotating, registeredListener(sandbox))];
  const env = { ANAPLAN_CLIENT_SECRET: rotating.clientSecret };
  const gate = Promise.withResolvers<void>();
  sandbox.fault("/oauth/token", { until: gate.promise });
  await using waiting = await startProgram(argv, { home: home.path, env });
  const [address] = await waiting.said(SIGN_IN_ADDRESS);
  const page = browse(address);
  while (!sandbox.requests.some(({ path }) => path === "/oauth/token")) await pause(10);
  await Deno.writeTextFile(`${home.configDir}/profiles`, "");
  gate.resolve();
  await page;
  const { code, stderr } = await waiting.outcome;
  assertEquals(code, 7, stderr);
  await Deno.remove(`${home.configDir}/profiles`);
  const [, ...flags] = nextWords(
    stderr,
    "Next: give another directory: --config-dir; then anaplan-auth login",
  );
  await signIn(sandbox, home, { flags });
  assertEquals((await runProgram(["whoami"], { home: home.path })).code, 0);
});

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Lets no write of the process through any more. */
async function fillDisks(pid: number): Promise<void> {
  const args = ["--pid", String(pid), "--fsize=0"];
  const { success } = await new Deno.Command("prlimit", { args }).output();
  assertEquals(success, true);
}

/** A cache of Deno's that the process may damage; the packages are those of the other one. */
async function ownCache(home: string) {
  const dir = tempDir();
  const { DENO_DIR = "" } = await bareEnvironment(home);
  await Deno.symlink(`${DENO_DIR}/npm`, `${dir.path}/npm`);
  return dir;
}
