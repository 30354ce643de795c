// What the disk does to the real program: new tokens are kept or rescued, never dropped in silence.
// Rule: what is in the way is really there: a full disk, a disk or a directory that takes nothing.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { startSandbox } from "../sandbox/sandbox.ts";
import {
  assertTwoLines,
  assertUntouched,
  newTokens,
  type StaleLogin,
  staleLogin,
} from "./stale_login.ts";
import {
  onFullDisk,
  OWN_DISKS,
  readOnly,
  runBounded,
  runWrapped,
  WITHOUT_PRIVILEGE,
  wrappedTest,
} from "./wrapped.ts";

const TOKEN = "/oauth/token";
const JSON_TYPE = { "content-type": "application/json" };

/** The file that the tokens were rescued to, as the `Next:` line names it; it is removed. */
async function rescued(stderr: string, home: StaleLogin): Promise<Record<string, unknown>> {
  const [, from = "", to] = /: mv (\S+) (\S+)\n$/.exec(stderr) ?? [];
  assertEquals(to?.replace("~", home.path), home.credentialsFile(), stderr);
  const path = from.replace("~", home.path);
  assertEquals((await Deno.stat(path)).mode, 0o100600);
  const text = await Deno.readTextFile(path);
  await Deno.remove(path);
  return JSON.parse(text);
}

/** Runs `token` in this wrapper and makes sure that it fails well; the server has rotated by then. */
async function refreshInVain(
  wrapperFor: (directory: string) => readonly string[],
  check: (stderr: string, home: StaleLogin) => Promise<void> | void,
): Promise<void> {
  await using sandbox = await startSandbox();
  sandbox.fault(TOKEN, { body: newTokens(), headers: JSON_TYPE });
  await using home = await staleLogin(sandbox);
  const directory = `${home.configDir}/credentials`;
  await Deno.writeTextFile(`${directory}/default.lock`, "1\n", { mode: 0o600 });
  const before = await Deno.readTextFile(home.credentialsFile());
  const options = { home: home.path, env: { TMPDIR: home.path } };
  const outcome = await runWrapped(wrapperFor(directory), ["token"], options);
  assertTwoLines(outcome, 7);
  assertEquals(sandbox.requests.length, 1, "the server has been asked");
  assertEquals(await Deno.readTextFile(home.credentialsFile()), before);
  await check(outcome.stderr, home);
}

async function assertRescued(stderr: string, home: StaleLogin): Promise<void> {
  const { accessToken, refreshToken } = await rescued(stderr, home);
  assertEquals([accessToken, refreshToken], ["new-access-token", "new-refresh-token"]);
}

wrappedTest(OWN_DISKS, "new tokens that a full disk does not take are rescued", async () => {
  await refreshInVain(onFullDisk, async (stderr, home) => {
    assertStringIncludes(stderr, "no space left on device");
    await assertRescued(stderr, home);
  });
});

wrappedTest(WITHOUT_PRIVILEGE, "new tokens are rescued where no file can be added", async () => {
  await refreshInVain((directory) => {
    Deno.chmodSync(directory, 0o500);
    return WITHOUT_PRIVILEGE;
  }, async (stderr, home) => {
    assertStringIncludes(stderr, "permission denied");
    await assertRescued(stderr, home);
  });
});

wrappedTest(
  OWN_DISKS,
  "on a read-only disk nothing is asked, since nothing could be saved",
  async () => {
    await using sandbox = await startSandbox();
    await using home = await staleLogin(sandbox);
    const before = await home.files();
    const wrapper = readOnly(home.configDir);
    assertTwoLines(await runWrapped(wrapper, ["token"], { home: home.path }), 7);
    assertUntouched(before, await home.files());
    assertEquals(sandbox.requests, []);
  },
);

wrappedTest(OWN_DISKS, "on a read-only disk a token that is good is given", async () => {
  await using sandbox = await startSandbox();
  await using home = await staleLogin(sandbox, { expiresAt: Date.now() + 600_000 });
  const outcome = await runWrapped(readOnly(home.configDir), ["token"], { home: home.path });
  assertEquals([outcome.code, outcome.stdout], [0, "old-access-token\n"]);
});

wrappedTest(OWN_DISKS, "rescued tokens are a login again once they are moved back", async () => {
  await using sandbox = await startSandbox();
  sandbox.fault(TOKEN, { body: newTokens(), headers: JSON_TYPE });
  await using home = await staleLogin(sandbox);
  const wrapper = onFullDisk(`${home.configDir}/credentials`);
  const env = { TMPDIR: home.path };
  const { stderr } = await runWrapped(wrapper, ["token"], { home: home.path, env });
  const [, command = ""] = /: (mv .*)\n$/.exec(stderr) ?? [];
  await new Deno.Command("sh", { args: ["-c", command], env: { HOME: home.path } }).output();
  const { code, stdout } = await runBounded(["token"], { home: home.path });
  assertEquals([code, stdout, sandbox.requests.length], [0, "new-access-token\n", 1]);
});
