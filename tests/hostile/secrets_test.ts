// The sweep: every command, plain, with --verbose and with --json, in success and in faults, and not one
// secret on stdout, on stderr, on a command line or in a file that is not there to hold it.
// Rule: the commands are read from the tree, so that a new one is swept from its first day.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { toKebabCase } from "../../src/base/parse.ts";
import { commandNamed } from "../../src/cli/tree/commands.ts";
import { ROOT } from "../../src/cli/tree/tree.ts";
import type { Fault } from "../sandbox/contract.ts";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { runHere } from "../support/here.ts";
import type { Outcome, ProgramOptions } from "../support/program.ts";
import { newKey } from "../support/sealed.ts";
import { giveSecrets, OLD_LOGIN, quoting, SECRETS } from "./secret_world.ts";
import { staleLogin } from "./stale_login.ts";
import { findSecrets, formsOf, foundInFiles, runWatched } from "./sweep.ts";

const MODES: readonly (readonly string[])[] = [[], ["--verbose"], ["--json", "--verbose"]];

/** What a command is given besides; one that is not here is run unchanged. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  "complete": ["fish", "profile", "use", ""],
  "login": ["--paste", "--timeout", "1s"], // a whole sign-in is in secret_logins_test.ts
  "status": ["--check"],
  "logout": ["--all"],
  "api": ["/2/0/users/me", "--include"],
  "exec": ["--", "sh", "-c", 'test -n "$ANAPLAN_ACCESS_TOKEN"'],
  "seal": ["--key-file", "$HOME/key"],
  "unseal": ["--yes"],
  "proxy": ["--", "sh", "-c", 'curl -so /dev/null "${ANAPLAN_BASE_URL}2/0/users/me"'],
  "profile set": ["--region", "us2"],
  "profile use": ["default"],
  "profile remove": ["default"],
};

type Group = typeof ROOT;

function commandsOf(group: Group, before: readonly string[] = []): string[][] {
  return group.getAllEntries().flatMap(({ name, target }) => {
    const words = [...before, toKebabCase(name.original)];
    return "parameters" in target ? [words] : commandsOf(target, words);
  });
}

const COMMANDS = commandsOf(ROOT);

/** Runs a command line. */
type Run = (
  argv: readonly string[],
  options: Pick<ProgramOptions, "home" | "env">,
) => Promise<Outcome>;

/** Runs the program, and looks for secrets on the command lines of it and of what it starts. */
const watched: Run = async (argv, options) => {
  const { commandLines, ...outcome } = await runWatched(argv, options);
  assert(commandLines.includes(argv[0] ?? "") || Deno.build.os !== "linux", "it was watched");
  assertEquals(findSecrets(commandLines, SECRETS), [], commandLines);
  return outcome;
};

/** Whether the command may start a program, whose command line is another place for a secret. */
function startsPrograms([name = ""]: readonly string[]): boolean {
  return commandNamed(name)?.needs?.programs === true;
}

/** Runs the command with a login of known secrets, and looks for them everywhere. */
async function assertKeepsSecrets(
  sandbox: Sandbox,
  command: readonly string[],
  mode: readonly string[],
  run: Run = watched,
): Promise<{ readonly code: number; readonly stderr: string }> {
  await using home = await staleLogin(sandbox, OLD_LOGIN);
  const name = command.join(" ");
  await Deno.writeTextFile(`${home.path}/key`, newKey());
  const more = (ARGUMENTS[name] ?? []).map((word) => word.replace("$HOME", home.path));
  const argv = [...command, ...mode, ...more];
  const { code, stdout, stderr } = await run(argv, { home: home.path });
  assert(code !== 1, stderr);
  const shown = name === "token" ? ["access token"] : []; // what it is for
  assertEquals(
    findSecrets(stdout, SECRETS).filter((found) => !shown.includes(found)),
    [],
    "stdout",
  );
  assertEquals(findSecrets(stderr, SECRETS), [], stderr);
  assertEquals(await foundInFiles(home.path, SECRETS), []);
  return { code, stderr };
}

for (const mode of MODES) {
  Deno.test(`no command spills a secret, run with ${mode.join(" ") || "no flag"}`, async () => {
    await using sandbox = await startSandbox();
    giveSecrets(sandbox);
    const failed: string[] = [];
    for (const command of COMMANDS) {
      // a flag that changes what is printed changes no command line but that of another program
      const run = mode.length === 0 || startsPrograms(command) ? watched : runHere;
      const { code } = await assertKeepsSecrets(sandbox, command, mode, run);
      if (code !== 0) failed.push(command.join(" "));
    }
    const mayFail = ["login", "doctor"]; // no user pastes anything; a port of this computer may be in use
    const others = failed.filter((name) => !mayFail.includes(name));
    assertEquals(others.filter((name) => !name.startsWith("store ")), []); // tests/store has a store
    assert(COMMANDS.length >= 20);
  });
}

const HTML = `<!doctype html><p>${Object.values(SECRETS).join(" ")}</p>`;
const FAULTS: Readonly<Record<string, readonly [path: string, fault: Fault]>> = {
  "the connection is cut": ["/oauth/token", { reset: "after" }],
  "a web page quotes them": ["/oauth/token", { status: 502, body: HTML }],
  "broken JSON has them": ["/oauth/token", { body: HTML.replaceAll("<", '{"') }],
  "the tokens are of a strange type": ["/oauth/token", {
    body: JSON.stringify({ access_token: SECRETS["access token"], token_type: "mac" }),
  }],
  "the login is ended": ["/oauth/token", { status: 400, body: '{"error":"invalid_grant"}' }],
  "the refusal quotes the request": ["/oauth/token", {
    status: 400,
    body: quoting({ error: "invalid_request" }),
  }],
  "users/me quotes the access token": ["/2/0/users/me", { status: 403, body: quoting({}) }],
  "the authentication service quotes it": ["/token/validate", {
    status: 400,
    body: ({ headers }) => JSON.stringify({ status: headers.authorization }),
  }],
  "the access token is refused": ["/2/0/users/me", { status: 401 }],
  "users/me is forbidden": ["/2/0/users/me", { status: 403, body: "{}" }],
  "the authentication service fails": ["/token/validate", { status: 500, body: HTML }],
};
const THAT_TALK = ["whoami", "token", "refresh", "validate", "logout", "status", "api"];

/** Those that start a program, each with the paths that it or its program asks for. */
const THAT_START: readonly (readonly [name: string, paths: readonly string[]])[] = [
  ["exec", ["/oauth/token"]],
  ["proxy", ["/oauth/token", "/2/0/users/me"]],
];

for (const [what, [path, fault]] of Object.entries(FAULTS)) {
  Deno.test(`no command spills a secret when ${what}`, async () => {
    await using sandbox = await startSandbox();
    sandbox.fault(path, { ...fault, times: Infinity });
    giveSecrets(sandbox);
    const isQuoted = path === "/2/0/users/me" && typeof fault.body === "function";
    for (const name of THAT_TALK) {
      if (name === "api" && isQuoted) continue; // it prints what the API said, whatever that is
      await assertKeepsSecrets(sandbox, [name], ["--verbose"], runHere);
    }
    for (const [name, paths] of THAT_START) {
      if (paths.includes(path)) await assertKeepsSecrets(sandbox, [name], ["--verbose"]);
    }
  });
}

Deno.test("--verbose shows method, host, path, status and duration, and parameters by name", async () => {
  await using sandbox = await startSandbox();
  giveSecrets(sandbox);
  const { stderr } = await assertKeepsSecrets(sandbox, ["refresh"], ["--verbose"]);
  const { host } = new URL(sandbox.origin);
  assertMatch(
    stderr,
    new RegExp(`^> POST https://${host}/oauth/token \\(.*refresh_token=\\[secret\\]`, "m"),
  );
  assertMatch(stderr, /client_secret=\[secret\]/);
  assertMatch(stderr, /^< 200 application\/json, \d+ bytes, \d+ ms$/m);
});

Deno.test("the sweep finds a secret in every form that it may take", () => {
  for (const [name, secret] of Object.entries(SECRETS)) {
    const places = [0, 1, 2].map((before) => btoa(`${"-".repeat(before)}${secret}-after`));
    const forms = [secret, encodeURIComponent(secret), `${new URLSearchParams({ secret })}`];
    for (const text of [...forms, ...places, ...places.map((text) => text.replaceAll("/", "_"))]) {
      assert(
        findSecrets(`before${text.replaceAll("+", "-")}after ${text}`, SECRETS).includes(name),
        text,
      );
    }
    assert(formsOf(secret).every((form) => form.length >= 12), name);
  }
});
