// What is offered when you press Tab, and in which form each shell gets it.
import { withNearNames } from "../../src/base/near_names.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { complete } from "../../src/cli/completion/complete.ts";
import { SHELLS } from "../../src/cli/completion/completion_scripts.ts";
import { ROOT } from "../../src/cli/tree/tree.ts";
import { CliError } from "../../src/base/errors.ts";
import { REGIONS } from "../../src/provider/regions.ts";
import { fakeContext } from "../support/fake_system.ts";
import { type TempDir, tempDir } from "../support/temp_dir.ts";
import { nextOf } from "../support/shown.ts";

/** What a shell gets, line by line. */
async function told(shell: string, sent: readonly string[], env = {}): Promise<string[]> {
  const { text, kind } = await complete({}, fakeContext({ env }), shell, ...sent);
  assertEquals(kind, "verbatim");
  return text === "" ? [] : text.split("\n");
}

/** The candidates without their descriptions. */
async function offered(words: readonly string[], env = {}): Promise<string[]> {
  return (await told("fish", words, env)).map((line) => line.replace(/\t.*/, ""));
}

function profileDir(...names: readonly string[]): TempDir {
  const dir = tempDir();
  Deno.mkdirSync(`${dir.path}/profiles`, { mode: 0o700 });
  for (const name of names) Deno.writeTextFileSync(`${dir.path}/profiles/${name}.json`, "{}");
  return dir;
}

Deno.test("every command of the tree is offered, with its brief", async () => {
  const entries = ROOT.getAllEntries().map(({ name, target }) =>
    `${name.original}\t${target.brief}`
  );
  assertEquals(await told("fish", [""]), entries);
});

Deno.test("only what begins as typed is offered", async () => {
  assertEquals(await offered(["lo"]), ["login", "logout"]);
  assertEquals(await offered(["profile", "s"]), ["show", "set"]);
  assertEquals(await offered(["refresh", "--if"]), ["--if-expiring-within"]);
});

Deno.test("a flag that was given is not offered again, one that repeats is", async () => {
  assertEquals(await offered(["login", "--region", "eu1", "--reg"]), []);
  assertEquals(await offered(["login", "--ca-file", "a", "--ca"]), ["--ca-file"]);
});

Deno.test("regions are offered with their descriptions", async () => {
  const lines = Object.entries(REGIONS).map(([name, { description }]) => `${name}\t${description}`);
  assertEquals(await told("fish", ["login", "--region", ""]), lines);
});

Deno.test("the values of an enum are offered", async () => {
  assertEquals(await offered(["token", "--scheme", ""]), ["AnaplanAuthToken", "Bearer"]);
});

Deno.test("a value behind = is offered with its flag", async () => {
  assertEquals(await offered(["login", "--region=u"]), [
    ...["--region=us1", "--region=us2", "--region=us5", "--region=us7", "--region=us9"],
  ]);
});

Deno.test("nothing is offered behind = of a flag without a value, or where anything may be typed", async () => {
  assertEquals(await offered(["profile", "use", "--json="]), []);
  assertEquals(await offered(["login", "--client-id", ""]), []);
  assertEquals(await offered(["login", "--timeout", ""]), []);
});

Deno.test("no flag is offered behind --", async () => {
  assertEquals(await offered(["whoami", "--", ""]), []);
});

for (const command of ["show", "set", "use", "remove"]) {
  Deno.test(`profile ${command} is offered the profiles`, async () => {
    using dir = profileDir("eu-test", "default");
    const env = { ANAPLAN_AUTH_CONFIG_DIR: dir.path };
    assertEquals(await offered(["profile", command, ""], env), ["default", "eu-test"]);
  });
}

Deno.test("--config-dir on the line goes before the environment, in both ways to write it", async () => {
  using dir = profileDir("there");
  using other = profileDir("elsewhere");
  const env = { ANAPLAN_AUTH_CONFIG_DIR: other.path };
  const name = ["--profile", ""];
  assertEquals(await offered(["token", "--config-dir", dir.path, ...name], env), ["there"]);
  assertEquals(await offered(["token", `--config-dir=${dir.path}`, ...name], env), ["there"]);
  assertEquals(await offered(["token", ...name], env), ["elsewhere"]);
});

Deno.test("--config-dir may begin with ~, which the shell has not replaced yet", async () => {
  using dir = profileDir("there");
  const home = dir.path.replace(/\/[^/]+$/, "");
  const typed = dir.path.replace(home, "~");
  assertEquals(await offered(["token", "--config-dir", typed, "--profile", ""], { HOME: home }), [
    "there",
  ]);
});

Deno.test("a file whose name is no profile's is not offered", async () => {
  using dir = profileDir("good", "a b", "$(id)", "x:y", "UPPER");
  Deno.writeTextFileSync(`${dir.path}/profiles/note.txt`, "");
  const env = { ANAPLAN_AUTH_CONFIG_DIR: dir.path };
  assertEquals(await offered(["token", "--profile", ""], env), ["good"]);
});

Deno.test("settings to forget are those that --unset knows", async () => {
  const names = await offered(["profile", "set", "--unset", ""]);
  const { profileSet, profileShow } = await import("../../src/commands/profile.ts");
  using dir = profileDir("p");
  const flags = { configDir: dir.path };
  await profileSet({ ...flags, unset: names }, fakeContext(), "new");
  const { data } = await profileShow(flags, fakeContext(), "new");
  const settings = Object.keys(data as object).filter((key) => key !== "profile");
  assertEquals(settings.map((key) => key.replaceAll("_", "-")).sort(), names.sort());
});

Deno.test("help is offered its topics, at every level", async () => {
  assert((await offered(["help", ""])).includes("reference"));
  assertEquals(await offered(["help", "relay", ""]), ["bookmarklet", "page"]);
  assertEquals((await offered(["help", "token", ""])).filter((word) => !/^--/.test(word)), []);
});

Deno.test("complete is offered the shells that its usage names, once", async () => {
  const shells = await offered(["complete", ""]);
  assertEquals(shells, Object.keys(SHELLS));
  assertEquals(
    (await offered(["complete", "zsh", ""])).filter((word) => shells.includes(word)),
    [],
  );
  const { helpOf } = await import("../../src/cli/help/help.ts");
  const target = ROOT.getRoutingTargetForInput("complete");
  assert(target !== undefined);
  assertStringIncludes(await helpOf("complete", target), ` complete ${shells.join("|")} [flags]`);
});

Deno.test("a path is left to the shell", async () => {
  for (const shell of ["zsh", "fish"]) {
    assertEquals(await told(shell, ["login", "--ca-file", "/etc"]), [":file"]);
    assertEquals(await told(shell, ["login", "--client-secret-file="]), [":file"]);
    assertEquals(await told(shell, ["login", "--config-dir", ""]), [":directory"]);
  }
});

Deno.test("bash is given what follows the last = or : that it breaks the word at", async () => {
  assertEquals(await told("bash", ["eu2", "anaplan-auth login --region=eu2"]), ["eu2"]);
  assertEquals(await told("bash", ["--region=eu2", "anaplan-auth login --region=eu2"]), [
    "--region=eu2",
  ]);
});

Deno.test("bash gets a path where output goes or input comes from", async () => {
  for (const line of ["token > x", "token >x", "token 2> x", "token < x"]) {
    assertEquals(await told("bash", ["x", `anaplan-auth ${line}`]), [":file"], line);
  }
  assertEquals(await told("bash", ["x", "anaplan-auth token > y --x"]), []);
});

Deno.test("zsh is given value:description", async () => {
  assertEquals(await told("zsh", ["login", "--region", "eu2"]), ["eu2:Germany"]);
  assertEquals(await told("zsh", ["token", "--scheme", "B"]), ["Bearer"]);
});

Deno.test("PowerShell sends its words in one, in base64", async () => {
  const sent = btoa(["token", "--scheme", "B"].join("\n"));
  assertEquals(await told("powershell", [sent]), ["Bearer\t"]);
  assertEquals(await told("powershell", [btoa("login\n--ca-file\n")]), []);
  assertEquals(await told("powershell", ["not base64"]), []);
});

Deno.test("whatever goes wrong is an answer without candidates", async () => {
  using dir = tempDir();
  Deno.writeTextFileSync(`${dir.path}/profiles`, "no directory");
  const env = { ANAPLAN_AUTH_CONFIG_DIR: dir.path };
  assertEquals(await offered(["token", "--profile", ""], env), []);
  assertEquals(await offered(["token", "--profile", ""]), []); // no HOME, so no directory
  assertEquals(await offered(["frobnicate", "--x", ""]), []);
  assertEquals(await offered(["login", "--frobnicate", ""]), ["--help"]);
  assertEquals(await offered(["login", "--help", ""]), []);
});

Deno.test("a shell that there is no script for is a usage error that lists the four", async () => {
  const run = async () => await complete({}, fakeContext(), "zhs");
  const error = withNearNames(await assertRejects(run, CliError));
  assertStringIncludes(error.message, "did you mean zsh?");
  assertEquals(error.kind, "usage");
  assertStringIncludes(nextOf(error), "bash zsh fish powershell");
});
