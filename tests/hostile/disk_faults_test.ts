// What the disk does to the real program: new tokens are kept or rescued, never dropped in silence.
// Rule: what is in the way is really there: a full disk, a disk or a directory that takes nothing.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { startSandbox } from "../sandbox/sandbox.ts";
import { assertTwoLines, assertUntouched, newTokens, staleLogin } from "./stale_login.ts";
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

/** Runs `token` in this wrapper and makes sure that nothing is asked of the server, and why. */
async function assertNothingAsked(
  wrapperFor: (directory: string) => readonly string[],
  reason: string,
): Promise<void> {
  await using sandbox = await startSandbox();
  await using home = await staleLogin(sandbox);
  const directory = `${home.configDir}/credentials`;
  await Deno.writeTextFile(`${directory}/default.lock`, "1\n", { mode: 0o600 });
  const before = await Deno.readTextFile(home.credentialsFile());
  const outcome = await runWrapped(wrapperFor(directory), ["token"], { home: home.path });
  assertTwoLines(outcome, 7);
  assertStringIncludes(outcome.stderr, reason);
  assertEquals(sandbox.requests, []);
  assertEquals(await Deno.readTextFile(home.credentialsFile()), before);
}

wrappedTest(
  OWN_DISKS,
  "on a full disk nothing is asked, since no token could be saved",
  async () => {
    await assertNothingAsked(onFullDisk, "no space left on device");
  },
);

wrappedTest(WITHOUT_PRIVILEGE, "where no file can be added nothing is asked", async () => {
  await assertNothingAsked((directory) => {
    Deno.chmodSync(directory, 0o500);
    return WITHOUT_PRIVILEGE;
  }, "permission denied");
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

wrappedTest(OWN_DISKS, "on a read-only disk a valid token is given", async () => {
  await using sandbox = await startSandbox();
  await using home = await staleLogin(sandbox, { expiresAt: Date.now() + 600_000 });
  const outcome = await runWrapped(readOnly(home.configDir), ["token"], { home: home.path });
  assertEquals([outcome.code, outcome.stdout], [0, "old-access-token\n"]);
});

/** The system calls of this name, about this file, fail in the program. */
function failing(call: string, path: string, error = "EIO"): string[] {
  const inject = `inject=${call}:error=${error}`;
  return [
    "strace",
    "-f",
    "-qq",
    "-o",
    "/dev/null",
    "-P",
    path,
    "-e",
    `trace=${call}`,
    "-e",
    inject,
  ];
}

for (
  const [what, call] of [["the rename", "rename"], ["the sync", "fsync"], ["the cut", "ftruncate"]]
) {
  wrappedTest(
    ["strace", "-o", "/dev/null"],
    `when ${what} of new tokens fails, they are named, and the next command puts them back`,
    async () => {
      await using sandbox = await startSandbox();
      sandbox.fault(TOKEN, { body: newTokens(), headers: JSON_TYPE });
      await using home = await staleLogin(sandbox);
      const waiting = `${home.credentialsFile()}.next`;
      const options = { home: home.path, env: { TMPDIR: home.path } };
      // the first sync is that of the reservation
      const error = call === "fsync" ? "EIO:when=2" : "EIO";
      const failed = await runWrapped(failing(call ?? "", waiting, error), ["token"], options);
      assertTwoLines(failed, 7);
      const [, place = ""] = /they are in (\S+)\.\n/.exec(failed.stderr) ?? [];
      const text = await Deno.readTextFile(place.replace("~", home.path));
      assertEquals(JSON.parse(text).refreshToken, "new-refresh-token", failed.stderr);
      const { code, stdout, stderr } = await runBounded(["token"], options);
      assertEquals([code, stdout], [0, "new-access-token\n"], stderr);
      assertEquals(sandbox.requests.length, 1, "the dead refresh token is not sent again");
      const left = [...await home.files()].filter(([path]) => /\.next$|rescued/.test(path));
      assertEquals(left, []);
    },
  );
}
