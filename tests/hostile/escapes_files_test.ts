// Escape sequences in files that were edited by hand, and in headers: none of them reaches the terminal.
// Rule: files are written by hand, and each command prints what is in them; one row of each table is a process.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { startSandbox } from "../sandbox/sandbox.ts";
import { findPython, testWith } from "../support/needs.ts";
import { openTerminal } from "../support/terminal.ts";
import { assertUnsteered, ESCAPES, steering } from "./escapes.ts";
import { staleLogin, writeJson } from "./stale_login.ts";
import { runBounded, runBoundedHere } from "./wrapped.ts";

const HOUR = 3_600_000;
const PATH = "/2/0/users/me";

/** A profile in which every text steers; the URLs are refused, and the refusal quotes them. */
const PROFILES: readonly Readonly<Record<string, unknown>>[] = [
  { region: steering("us1"), clientId: steering("client"), scope: steering("openid") },
  { issuer: steering("https://as.example.com/") },
  { redirectUri: steering("https://127.0.0.1:8443/callback") },
  { listen: [steering("127.0.0.1:8443")], caFiles: [steering("/ca.pem")] },
  { apiUrl: steering("https://") },
];

const COMMANDS: readonly (readonly string[])[] = [
  ["profile", "list"],
  ["profile", "list", "--json"],
  ["profile", "show"],
  ["profile", "show", "--json"],
  ["status"],
  ["status", "--json"],
  ["whoami", "--verbose"],
  ["api", PATH],
  ["login", "--no-browser", "--timeout", "1s"],
  ["doctor"],
  ["doctor", "--json"],
  ["relay", "bookmarklet"],
  ["complete", "bash", "", "anaplan-auth status --profile "],
  ["complete", "zsh", "status", "--profile", ""],
];

for (const [index, fields] of PROFILES.entries()) {
  const names = Object.keys(fields).join(", ");
  Deno.test(`a profile with escape sequences in ${names} steers no terminal, whatever is run`, async () => {
    await using sandbox = await startSandbox();
    await using home = await staleLogin(sandbox, { expiresAt: Date.now() + HOUR });
    await writeJson(home, "profiles/default.json", fields);
    await writeJson(home, `profiles/${steering("name").replaceAll("/", "")}${index}.json`, fields);
    for (const command of COMMANDS) {
      const run = index === 0 && command[0] === "status" ? runBounded : runBoundedHere;
      const outcome = await run(command, { home: home.path });
      assert(outcome.code !== 1 && outcome.code !== 137, outcome.stderr);
      assertUnsteered(outcome);
    }
  });
}

for (
  const argv of [["--json", "-o", "out"], ["--verbose"], ["--include"], ["--json", "--include"]]
) {
  Deno.test(`a content type with escape sequences: api ${argv.join(" ")} prints none of them`, async () => {
    await using sandbox = await startSandbox();
    const type = "application/json\x9b31m\x90q\x9c"; // a header can hold no C0
    sandbox.fault(PATH, { body: "{}", headers: { "content-type": type } });
    await using home = await staleLogin(sandbox, { expiresAt: Date.now() + HOUR });
    const flags = argv.map((word) => word === "out" ? `${home.path}/out` : word);
    const run = argv.includes("--verbose") ? runBounded : runBoundedHere;
    const outcome = await run(["api", PATH, ...flags], { home: home.path });
    assertEquals(outcome.code, 0, outcome.stderr);
    if (argv.includes("--include") && !argv.includes("--json")) return; // into a pipe: as it came
    assertUnsteered(outcome);
  });
}

const PYTHON = await findPython();
// deno-lint-ignore no-control-regex
const DENOS_OWN = /^(\x1b\[(0G|2K|J))+/; // written before the program is started

for (const flags of [["--include"], ["--include", "--raw"]]) {
  testWith(PYTHON, `headers steer no terminal: api ${flags.join(" ")}`, async (python) => {
    await using sandbox = await startSandbox();
    sandbox.fault(PATH, { body: "{}", headers: { "x-a": "one\x9b2Jtwo" } });
    await using home = await staleLogin(sandbox, { expiresAt: Date.now() + HOUR });
    const options = { python, home: home.path };
    await using terminal = await openTerminal(["api", PATH, ...flags], options);
    const { code } = await terminal.end;
    const shown = terminal.output().replaceAll("\r", "").replace(DENOS_OWN, "");
    assertEquals(code, 0);
    assertStringIncludes(shown, "x-a: oneÂ2Jtwo\n"); // Deno sends it as UTF-8
    assertUnsteered({ code, stdout: shown, stderr: "", milliseconds: 0 });
  });
}

testWith(PYTHON, "what is offered from a file steers no terminal", async (python) => {
  await using sandbox = await startSandbox();
  await using home = await staleLogin(sandbox);
  await writeJson(home, "config.json", { currentProfile: "other" });
  await writeJson(home, "profiles/other.json", { region: steering("us1") });
  const options = { python, home: home.path, env: { TERM: "dumb" } };
  await using terminal = await openTerminal(["login", "--profile", "new"], options);
  await terminal.wrote(/or < to go back: /);
  const shown = terminal.output().replaceAll("\r\n", "\n").replace(DENOS_OWN, "");
  assertUnsteered({ code: 0, stdout: shown, stderr: "", milliseconds: 0 });
});

Deno.test("the sequences of these tests are in the files", () => {
  assert(
    ESCAPES.every((sequence) =>
      JSON.stringify(PROFILES).includes(JSON.stringify(sequence).slice(1, -1))
    ),
  );
});
