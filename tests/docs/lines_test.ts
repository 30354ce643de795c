// Every line of shell in README.md and docs/ that uses this program is run, or NOT_RUN says why it is not.
// Rule: a new line is run without asking; nothing in it is replaced but Anaplan's host.
import { assert, assertEquals } from "@std/assert";
import { startSandbox } from "../sandbox/sandbox.ts";
import { bareEnvironment } from "../support/program.ts";
import { type Home, makeHome } from "../support/home.ts";
import { installed, type Machine } from "../support/installed.ts";
import { blocksOf, pages } from "../support/pages.ts";
import { signedIn } from "../support/signed_in.ts";
import { PROJECT_DIRECTORY } from "../support/task_command.ts";

/** The ids that the documentation writes as variables: a workspace, a model, a file. */
const VARIABLES: Readonly<Record<string, string>> = {
  W: "8a81b09e00000000000000000000a001",
  M: "5a1db0c5000000000000000000000b01",
  F: "113000000000",
};

/** Lines that are not run here, by how they begin, and why. */
const NOT_RUN: readonly (readonly [beginning: string, reason: string])[] = [
  ["anaplan-auth login", "a person signs in, in a browser; tests/e2e/login has its cases"],
  ["deno task sandbox", "it runs until Ctrl-C; tests/e2e/sandbox_profile_test.ts"],
  ["deno task login", "the same test, and tests/first_session"],
  ["deno task whoami", "the same"],
  ["deno task status --profile sandbox", "the same"],
  ["deno task logout --profile sandbox", "the same"],
  ["deno task install", "it changes this computer; tests/release installs elsewhere"],
  ["git pull && deno task install", "the same"],
  [
    "anaplan-auth logout --all",
    "the lines after it need the login; tests/e2e/logout has its cases",
  ],
  ["sha256sum --check --ignore-missing SHA256SUMS", "there is no release yet"],
  ["anaplan-auth store", "it needs a database; tests/store and tests/e2e/store have one"],
  ["anaplan-auth seal --key-file /etc/", "root writes there; tests/e2e/seal has its cases"],
  ["openssl rand -base64 32 > /etc/", "the same"],
  ["export ANAPLAN_AUTH_", "the lines after it would use that store and key"],
  ["gh attestation verify", "the same"],
  ["cosign verify-blob", "the same"],
];

/** Why a line is not run; undefined if it is run. */
function whyNot(line: string): string | undefined {
  return NOT_RUN.find(([beginning]) => line.startsWith(beginning))?.[1];
}

Deno.test("every line of shell in the documentation that can be run works unchanged", async () => {
  const lines = await shellLines();
  assert(lines.length >= 10, `only ${lines.length} lines were found`);
  await using sandbox = await startSandbox();
  await using home = await makeHome();
  await signedIn(sandbox, home);
  const machine = await installed(home.path, `${home.path}/bin`);
  await furnish(machine, home);
  const bare = await bareEnvironment(home.path);
  const env = {
    PATH: `${machine.bin}:${bare.PATH}`, // `deno task` also has to be found
    DENO_DIR: bare.DENO_DIR ?? "",
    CURL_CA_BUNDLE: sandbox.caFile,
    ...VARIABLES,
  };
  const failed: string[] = [];
  for (const { page, line } of lines.filter(({ line }) => whyNot(line) === undefined)) {
    const place = line.includes("deno task") ? `cd '${PROJECT_DIRECTORY}'\n` : "";
    const here = line.replaceAll("https://api.anaplan.com", sandbox.origin);
    const { code, stderr } = await machine.run(place + here, env);
    if (code !== 0) failed.push(`${page}: ${line}\nexit ${code}\n${stderr}`);
  }
  assertEquals(failed, [], "fix the line, or give a reason in NOT_RUN");
  const secret = await Deno.readTextFile(`${home.path}/secret-of-the-ci`);
  assertEquals(secret, `${(await home.credentials("ci"))?.refreshToken}\n`);
});

Deno.test("every reason not to run a line is still needed", async () => {
  const lines = await shellLines();
  const isUsed = (beginning: string): boolean =>
    lines.some(({ line }) => line.startsWith(beginning));
  assertEquals(NOT_RUN.filter(([beginning]) => !isUsed(beginning)), []);
});

/** What the lines take for granted: another profile, files, and GitHub's program. */
async function furnish({ bin, home: path }: Machine, home: Home): Promise<void> {
  await Deno.copyFile(home.credentialsFile(), home.credentialsFile("ci"));
  await Deno.copyFile(
    `${home.configDir}/profiles/default.json`,
    `${home.configDir}/profiles/ci.json`,
  );
  await Deno.writeTextFile(`${path}/data.csv`, "a,b\n1,2\n");
  await Deno.writeTextFile(`${path}/nightly.py`, 'import os\nos.environ["ANAPLAN_BASE_URL"]\n');
  await Deno.writeTextFile(`${path}/report.py`, 'import os\nos.environ["ANAPLAN_ACCESS_TOKEN"]\n');
  const scripts = {
    [`${path}/nightly.sh`]: 'test -n "$ANAPLAN_ACCESS_TOKEN"',
    [`${bin}/gh`]:
      `test "$*" = "secret set ANAPLAN_REFRESH_TOKEN"\ncat > '${path}/secret-of-the-ci'`,
  };
  for (const [file, script] of Object.entries(scripts)) {
    await Deno.writeTextFile(file, `#!/bin/sh -e\n${script}\n`, { mode: 0o755 });
  }
}

interface ShellLine {
  readonly page: string;
  readonly line: string;
}

/** The lines of all blocks that have to do with this program; one that goes on is one. */
async function shellLines(): Promise<ShellLine[]> {
  const blocks = (await Promise.all((await pages()).map(blocksOf))).flat();
  return blocks
    .filter(({ language, text }) => language === "sh" && /anaplan-auth|deno task/.test(text))
    .flatMap(({ page, text }) => commandsIn(text).map((line) => ({ page, line })));
}

/** Whole commands: what is indented, ends a block, or follows a `|` or `\` belongs to the line before. */
function commandsIn(text: string): string[] {
  const commands: string[] = [];
  for (const line of text.split("\n").filter((line) => !/^(#.*)?$/.test(line))) {
    const last = commands.at(-1);
    const goesOn = /^\s|^(done|fi|esac|else|then|do|\})\b/.test(line) || /[|\\]$/.test(last ?? "");
    if (goesOn && last !== undefined) commands[commands.length - 1] = `${last}\n${line}`;
    else commands.push(line);
  }
  return commands;
}
