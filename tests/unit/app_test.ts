// From argv to an exit code: what is typed wrong is a usage error, and everything is printed once.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { VERSION } from "../../src/cli/tree/commands.ts";
import { LOGIN, loginFile } from "../support/logins.ts";
import { runCommandLine } from "../support/run_command_line.ts";
import { sessionScene } from "../support/session_scene.ts";

const WRONG: readonly (readonly [string, RegExp, RegExp])[] = [
  ["logni", /There is no command logni; did you mean login\?/, /anaplan-auth login$/],
  ["frobnicate", /There is no command frobnicate\./, /anaplan-auth help/],
  ["--profile eu status", /flags come after the command/, /anaplan-auth status --profile eu/],
  [
    "status --profil eu",
    /There is no flag --profil; did you mean --profile\?/,
    /status --profile eu$/,
  ],
  ["status --if-expiring-within 1m", /There is no flag --if-expiring-within/, /status --help/],
  ["status -z", /There is no flag -z/, /status --help/],
  ["status --profile", /--profile needs a value/, /status --help/],
  ["status --profile eu --profile us", /--profile was given twice/, /status --help/],
  ["status --config-dir ", /Cannot use "" for --config-dir: it is empty/, /status --help/],
  ["status --config-dir=", /Cannot use "" for --config-dir: it is empty/, /status --help/],
  [
    "refresh --if-expiring-within soon",
    /"soon" for --if-expiring-within: give a time/,
    /refresh --help/,
  ],
  ["login --timeout 0", /"0" for --timeout: give a time longer than 0/, /login --help/],
  ["token --scheme Basic", /"Basic" for --scheme: give AnaplanAuthToken or Bearer/, /token --help/],
  ["status --quiet=perhaps", /"perhaps" for --quiet: give the flag alone/, /status --help/],
  ["status eu", /Cannot use the argument "eu": this command takes flags only/, /status --help/],
  ["login --client-secret hush", /^A secret does not belong/, /login --client-secret-file FILE/],
];
for (const [line, message, next] of WRONG) {
  Deno.test(`"${line}" is a usage error in two lines`, async () => {
    const { code, stdout, stderr } = await runCommandLine(line.split(" "));
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, message);
    assertMatch(stderr.split("\n")[1] ?? "", next);
    assertMatch(stderr, /^[^\n]+\nNext: [^\n]+\n$/);
  });
}

Deno.test("with --json a usage error is also one JSON line", async () => {
  for (const flags of [["--json", "--nonsense"], ["--json=perhaps"], ["--quiet=x", "--json=yes"]]) {
    const { code, stdout, stderr } = await runCommandLine(["status", ...flags]);
    assertEquals([code, stdout, JSON.parse(stderr).error.kind], [2, "", "usage"]);
  }
});

Deno.test("a flag of yes or no is heard in every spelling", async () => {
  using scene = sessionScene(undefined);
  const isJson = async (flag: string): Promise<boolean> =>
    (await runCommandLine(["status", "--config-dir", scene.configDir, flag])).stdout.startsWith(
      "{",
    );
  for (const yes of ["--json", "--json=true", "--json=1", "--json=yes"]) {
    assertEquals(await isJson(yes), true, yes);
  }
  for (const no of ["--json=false", "--json=no", "--json=0"]) {
    assertEquals(await isJson(no), false, no);
  }
});

Deno.test("a closed pipe hides no failure", async () => {
  using scene = sessionScene(undefined);
  const write = (): void => {
    throw new Deno.errors.BrokenPipe();
  };
  assertEquals(
    (await runCommandLine(["status", "--config-dir", scene.configDir], { write })).code,
    3,
  );
});

Deno.test("--version prints the version", async () => {
  assertEquals(await runCommandLine(["--version"]), {
    code: 0,
    stdout: `${VERSION}\n`,
    stderr: "",
  });
});

Deno.test("without a command the help is printed; on a terminal where you are and what to type", async () => {
  const piped = await runCommandLine([]);
  assertMatch(piped.stdout, /^Sign in to Anaplan and stay signed in\./);
  const shown = await runCommandLine([], { terminal: { stdout: true, canDraw: false } });
  assertEquals(
    shown.stdout,
    "You are not signed in.\nNext: anaplan-auth login          All commands: anaplan-auth help\n",
  );
});

Deno.test("a flag is read in either spelling of its value", async () => {
  using scene = sessionScene(LOGIN, {}, "eu");
  for (const profile of [["--profile", "eu"], ["--profile=eu"]]) {
    const { code, stdout } = await runCommandLine([
      "token",
      "--config-dir",
      scene.configDir,
      ...profile,
    ]);
    assertEquals([code, stdout], [0, "old-access\n"]);
  }
});

Deno.test("a reply that itself reports a failure is on stdout and has its exit code", async () => {
  using scene = sessionScene(undefined);
  const { code, stdout, stderr } = await runCommandLine([
    "status",
    "--json",
    "--config-dir",
    scene.configDir,
  ]);
  assertEquals([code, JSON.parse(stdout).logged_in, stderr], [3, false, ""]);
});

Deno.test("an error of a command is printed, with its kind's exit code", async () => {
  using scene = sessionScene(LOGIN);
  Deno.chmodSync(loginFile(scene.configDir), 0o644);
  const { code, stdout, stderr } = await runCommandLine(["token", "--config-dir", scene.configDir]);
  assertEquals([code, stdout], [7, ""]);
  assertStringIncludes(stderr, "other users can open it.\nNext: chmod 600");
});

Deno.test("a bug is exit 1, and asks to be reported", async () => {
  using scene = sessionScene(LOGIN);
  const network = [new TypeError("a bug")];
  const { code, stderr } = await runCommandLine(["refresh", "--config-dir", scene.configDir], {
    network,
  });
  assertEquals(code, 1);
  assertStringIncludes(stderr, "Something went wrong inside anaplan-auth");
});

Deno.test("a closed pipe is not an error", async () => {
  const write = (): void => {
    throw new Deno.errors.BrokenPipe();
  };
  assertEquals((await runCommandLine(["--version"], { write })).code, 0);
});

Deno.test("an answer that cannot be written is a storage error", async () => {
  let stderr = "";
  const write = (stream: string, text: string): void => {
    if (stream === "stdout") throw new Error("No space left on device");
    stderr += text;
  };
  assertEquals((await runCommandLine(["--version"], { write })).code, 7);
  assertStringIncludes(stderr, "Cannot write the answer");
});

Deno.test("what comes after -- is no flag of ours", async () => {
  const { stderr } = await runCommandLine(["status", "--", "--json"]);
  assertMatch(stderr, /^Cannot use the argument "--json"/);
});
