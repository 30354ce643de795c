// A `Next:` line that signs in has to name the profile, or the user signs in to another one.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { run } from "../../src/cli/app.ts";
import { login } from "../../src/commands/login.ts";
import { whoami } from "../../src/commands/whoami.ts";
import { CliError } from "../../src/base/errors.ts";
import { saveProfile } from "../../src/settings/profiles.ts";
import { fakeSystem } from "../support/fake_system.ts";
import { errorAnswer, LOGIN, withoutRefreshToken } from "../support/logins.ts";
import { sessionScene } from "../support/session_scene.ts";
import { type SignIn, signIn } from "../support/sign_in_scene.ts";
import { nextOf } from "../support/shown.ts";
import { tempDir } from "../support/temp_dir.ts";

async function nextAt(at: SignIn): Promise<string> {
  const flags = { ...at.flags, profile: "eu", timeout: 60_000 };
  return nextOf(await assertRejects(() => login(flags, at.context), CliError));
}

Deno.test("the Next line of a declined sign-in names the profile", async () => {
  await using at = signIn([], { answer: { error: "access_denied" } });
  assertStringIncludes(await nextAt(at), "anaplan-auth login --profile eu");
});

Deno.test("the Next line of a refused code names the profile", async () => {
  await using at = signIn([errorAnswer(400, "invalid_grant")]);
  assertStringIncludes(await nextAt(at), "anaplan-auth login --profile eu");
});

Deno.test("the Next line of a sign-in that took too long names the profile", async () => {
  await using at = signIn([], { clockStands: false, openBrowser: () => Promise.resolve(true) });
  assertStringIncludes(await nextAt(at), "anaplan-auth login --profile eu");
});

Deno.test("the Next line of whoami with a refused token names the profile", async () => {
  using scene = sessionScene(withoutRefreshToken(LOGIN), {
    network: [new Response(null, { status: 401 })],
  }, "eu");
  saveProfile(scene.configDir, "eu", {}, () => {});
  const error = await assertRejects(() => whoami(scene.flags, scene.context), CliError);
  assertEquals(error.kind, "login_required");
  assertStringIncludes(nextOf(error), "anaplan-auth login --profile eu");
});

/** What the program says with these arguments on an empty computer, and where it was told to look. */
async function saidWith(
  write: (directory: string) => readonly string[],
): Promise<{ stdout: string; stderr: string; directory: string }> {
  using temp = tempDir();
  const directory = `${temp.path}/it's here`;
  const system = fakeSystem({ env: { HOME: temp.path } });
  await run(write(directory), () => system);
  return { ...system.written, directory };
}

const QUOTED = (directory: string): string => `--config-dir '${directory.replace("'", "'\\''")}'`;

for (const command of ["whoami", "refresh", "token", "api /2/0/users/me", "exec -- true"]) {
  Deno.test(`the Next line of ${command} carries --config-dir`, async () => {
    const [name = "", ...rest] = command.split(" ");
    const said = await saidWith((directory) => [name, "--config-dir", directory, ...rest]);
    assertStringIncludes(said.stderr, `Next: anaplan-auth login ${QUOTED(said.directory)}\n`);
  });
}

Deno.test("the Next line carries --config-dir in each spelling, and the profile before it", async () => {
  for (const flag of ["--config-dir", "--configDir"]) {
    const said = await saidWith((directory) => ["status", `${flag}=${directory}`, "--profile=eu"]);
    const next = `Next: anaplan-auth login --profile eu ${QUOTED(said.directory)}\n`;
    assertStringIncludes(said.stdout, next);
  }
});

Deno.test("with --json, next carries --config-dir", async () => {
  const status = await saidWith((directory) => ["status", "--json", "--config-dir", directory]);
  const token = await saidWith((directory) => ["token", "--json", "--config-dir", directory]);
  const login = (directory: string) => `anaplan-auth login ${QUOTED(directory)}`;
  assertEquals(JSON.parse(status.stdout).next, login(status.directory));
  assertEquals(JSON.parse(token.stderr).error.next, login(token.directory));
});

Deno.test("a command line that is typed again carries --config-dir once, and the help carries none", async () => {
  const again = await saidWith(() => ["whoami", "--config-dir", "/nowhere", "--jsn"]);
  assertStringIncludes(again.stderr, "Next: anaplan-auth whoami --config-dir /nowhere --json\n");
  const help = await saidWith(() => ["whoami", "--config-dir", "/nowhere", "--nothing-like-it"]);
  assertStringIncludes(help.stderr, "Next: anaplan-auth whoami --help\n");
});

Deno.test("--config-dir of a program that is run is not carried", async () => {
  const said = await saidWith(() => ["exec", "--", "other", "--config-dir", "/nowhere"]);
  assertStringIncludes(said.stderr, "Next: anaplan-auth login\n");
});
