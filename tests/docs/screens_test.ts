// The screens and sessions in the documentation are what the program prints. Rule: a screen is compared with the
// words in the code, a session with the golden cases; only times and the home directory may differ.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { formatWords } from "../../src/base/words.ts";
import { layout } from "../../src/cli/layout.ts";
import { SETTINGS } from "../../src/settings/table.ts";
import { pageLine } from "../../src/sign_in/hints.ts";
import { introduction } from "../../src/sign_in/first_time.ts";
import { remoteHint } from "../../src/sign_in/listener_hints.ts";
import { confirmationQuestion, STEPS } from "../../src/sign_in/steps.ts";
import { commandsWithCases, stepsOf } from "../support/case_tests.ts";
import { installed } from "../support/installed.ts";
import { markdownIn } from "../support/links.ts";
import { blocksOf } from "../support/pages.ts";
import { tempDir } from "../support/temp_dir.ts";

const TUTORIAL = "docs/first-login.md";
const STEPS_OF_A_BROWSER = STEPS.filter(({ name }) => name !== "deviceClientId");

Deno.test("the first screen of the tutorial is the program's own", async () => {
  const shown = introduction({
    questions: STEPS_OF_A_BROWSER.length,
    isAnother: false,
    isDevice: false,
    isAnaplan: true,
    isResumed: false,
  });
  const paper = { width: 80, hasColor: false };
  assertStringIncludes(await screens(), layout(formatWords(shown, undefined, "\u00a0"), paper));
});

Deno.test("the tutorial shows every question, and every way to correct an answer", async () => {
  const shown = await screens();
  const corrections = confirmationQuestion(STEPS_OF_A_BROWSER).choices?.map(({ value }) => value) ??
    [];
  for (const text of [...STEPS_OF_A_BROWSER.map(({ text }) => text), ...corrections]) {
    assertStringIncludes(shown, text);
  }
});

Deno.test("what the page about SSH shows is what a sign-in over SSH prints", async () => {
  const env: Readonly<Record<string, string>> = {
    SSH_CONNECTION: "10.0.0.2 50000 10.0.0.9 22",
    USER: "ada",
  };
  const settings = { redirectUri: SETTINGS.redirectUri.default };
  const system = { env: (name: string) => env[name], isContainer: () => Promise.resolve(false) };
  const loopback = {
    kind: "open",
    addresses: [{ hostname: "127.0.0.1", port: 8443 }],
    close: () => Promise.resolve(),
  } as const;
  const tunnel = await remoteHint(loopback, settings, system) ?? "";
  const shown = [formatWords(tunnel, undefined, " "), "", pageLine(undefined, true), ""].join("\n");
  const texts = (await blocksOf("docs/ssh-containers-wsl-windows.md")).map(({ text }) => text);
  assert(texts.some((text) => text.startsWith(shown)), shown);
});

Deno.test("cert trust is shown as a terminal shows it", async () => {
  using dir = tempDir();
  const { run } = await installed(dir.path, `${dir.path}/bin`);
  const { code, stdout } = await run("anaplan-auth cert trust 2>&1");
  const sessions = (await blocksOf("docs/signing-in.md")).map(({ text }) => text);
  assertEquals(code, 0);
  assert(
    sessions.includes(`$ anaplan-auth cert trust\n${stdout.replaceAll(dir.path, "/home/ada")}`),
    stdout,
  );
});

Deno.test("every line of a session in the documentation is printed by a golden case", async () => {
  const known = printedLines();
  const blocks = (await Promise.all((await markdownIn("docs/")).map(blocksOf))).flat();
  const sessions = blocks.filter(({ language }) => language === "console");
  assert(sessions.length > 0);
  const strange = sessions.flatMap(({ page, text }) =>
    text.trimEnd().split("\n")
      .filter((line) => !line.startsWith("$ ") && !known.has(timeless(line)))
      .map((line) => `${page}: ${line}`)
  );
  assertEquals(strange, []);
});

async function screens(): Promise<string> {
  return (await blocksOf(TUTORIAL)).map(({ text }) => text).join("\n");
}

/** What the cases of every command print, without times. */
function printedLines(): Set<string> {
  const lines = commandsWithCases().flatMap(stepsOf).flatMap((step) =>
    step.kind === "command" ? `${step.result.stdout}\n${step.result.stderr}`.split("\n") : []
  );
  return new Set(["", ...lines.map(timeless)]);
}

function timeless(line: string): string {
  return line.replace(/\b(\d{4}-\d\d-\d\d )?\d\d:\d\d\b/g, "<TIME>").replaceAll(
    "/home/ada",
    "<HOME>",
  );
}
