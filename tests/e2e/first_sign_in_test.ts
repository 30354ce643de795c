// The first sign-in at a real terminal: asked, gone back over, corrected, left, taken up again.
// Rule: a person's part only: keys are typed and the screen is read.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  answerFirst,
  type FirstSignIn,
  firstSignIn,
  goodAnswers,
} from "../support/first_sign_in.ts";
import { makeHome } from "../support/home.ts";
import { findPython, testWith } from "../support/needs.ts";
import { runProgram, startProgram } from "../support/program.ts";
import { addressAfterSignIn } from "../support/remote_browser.ts";
import { browse } from "../support/scripted_browser.ts";
import type { Terminal } from "../support/terminal.ts";
import { PROMPT } from "../support/waiting_login.ts";

const PYTHON = await findPython();
const ENTER = "\r";
const ESC = "\x1b";
const DOWN = "\x1b[B";
const CTRL_C = "\x03";
const QUESTIONS = 5;
const ADDRESS = /https:\/\/\S+response_type=code\S+/;
// deno-lint-ignore no-control-regex
const COLOR = /\x1b\[[\d;]*m/;

/** Whether the cursor is seen again, however often it was hidden. */
function hasCursor(output: string): boolean {
  return output.lastIndexOf("\x1b[?25h") > output.lastIndexOf("\x1b[?25l");
}

async function signInByBrowser(terminal: Terminal): Promise<void> {
  const [address] = await terminal.wrote(ADDRESS);
  await terminal.shows(PROMPT);
  await browse(address);
}

testWith(PYTHON, "a first sign-in is asked for, and ends in what to do next", async (python) => {
  await using at = await firstSignIn(python);
  await using terminal = await at.open();
  await answerFirst(terminal, QUESTIONS, at);
  await signInByBrowser(terminal);
  const { code, screen, before, after } = await terminal.end;
  assertEquals([code, after], [0, before]);
  assertMatch(
    screen,
    /^First sign-in: four questions\. Your administrator has the answers\n\(anaplan-auth help administrator prints what to ask for\)\.\n\nRegion {9}us1 {2}US East/m,
  );
  assertMatch(
    screen,
    /^Client ID {6}5a1d…a001\nClient secret {2}\d+ characters, hidden\nCallback URL {3}https:\S+\nReady to sign in\? {2}Yes$/m,
  );
  assertMatch(
    screen,
    /^✓ Signed in as Ada Lovelace .*\n {2}Saved as profile default\..*\n\nNext: anaplan-auth whoami$/m,
  );
  const { clientSecret } = at.sandbox.clients.rotating;
  assert(!terminal.output().includes(clientSecret));
  assertEquals((await at.home.credentials())?.clientSecret, clientSecret);
  assertEquals((await at.files()).filter((path) => path.startsWith("drafts")), []);
});

testWith(
  PYTHON,
  "after the questions an address can be pasted, to its last key",
  async (python) => {
    await using at = await firstSignIn(python);
    await using terminal = await at.open();
    await answerFirst(terminal, QUESTIONS, at);
    const [address] = await terminal.wrote(ADDRESS);
    await terminal.shows(PROMPT);
    await terminal.type(await addressAfterSignIn(at.sandbox, address) + ENTER);
    assertEquals((await terminal.end).code, 0);
  },
);

testWith(PYTHON, "Esc goes back, and in the end one answer can be corrected", async (python) => {
  await using at = await firstSignIn(python);
  await using terminal = await at.open();
  await answerFirst(terminal, 1, at);
  await terminal.type(`wrong${ENTER}`);
  await terminal.shows(/^Client secret/m);
  await terminal.type(ESC);
  await terminal.shows(/^Client ID +█ wrong$/m);
  await terminal.type(`still-wrong${ENTER}`);
  for (const [question, answer] of goodAnswers(at).slice(2, 4)) {
    await terminal.shows(question);
    await terminal.type(answer + ENTER);
  }
  await terminal.shows(/^Ready to sign in\?/m);
  await terminal.type(DOWN + DOWN + ENTER);
  await terminal.shows(/^Client ID +█ still-wrong$/m);
  await terminal.type(at.sandbox.clients.rotating.clientId + ENTER);
  await terminal.shows(/^Client ID .*5a1d…a001\n(.*\n)+Ready to sign in\?/m);
  await terminal.type(ENTER);
  await signInByBrowser(terminal);
  const { code, screen } = await terminal.end;
  assertEquals(code, 0);
  assertEquals(screen.match(/^Client ID/mg)?.length, 1, screen);
});

testWith(
  PYTHON,
  "Ctrl-C at any question ends with 130, the terminal as it was, and keeps answers but no secret",
  async (python) => {
    const leftAt = async (answered: number): Promise<void> => {
      await using at = await firstSignIn(python);
      await using terminal = await at.open();
      await answerFirst(terminal, answered, at);
      await terminal.type(CTRL_C);
      const { code, before, after } = await terminal.end;
      assertEquals([code, after], [130, before]);
      assert(hasCursor(terminal.output()));
      assertEquals(await at.files(), answered === 0 ? [] : ["drafts/default.json"]);
      if (answered === 0) return;
      const kept = await Deno.readTextFile(`${at.home.configDir}/drafts/default.json`);
      assert(!kept.includes(at.sandbox.clients.rotating.clientSecret));
      assertEquals(kept.includes(at.sandbox.clients.rotating.clientId), answered > 1);
    };
    await Promise.all(Array.from({ length: QUESTIONS }, (_, answered) => leftAt(answered)));
  },
);

testWith(PYTHON, "SIGTERM at a question also leaves the terminal as it was", async (python) => {
  await using at = await firstSignIn(python);
  await using terminal = await at.open();
  await answerFirst(terminal, 1, at);
  Deno.kill(await programOf(at), "SIGTERM");
  const { code, before, after } = await terminal.end;
  assertEquals([code, after], [143, before]);
  assert(hasCursor(terminal.output()));
});

async function programOf({ home }: FirstSignIn): Promise<number> {
  return JSON.parse(await Deno.readTextFile(`${home.path}/terminal-report.json`)).pid;
}

testWith(PYTHON, "what was answered before Ctrl-C is offered the next time", async (python) => {
  await using at = await firstSignIn(python);
  {
    await using terminal = await at.open();
    await terminal.shows(/^Region/m);
    await terminal.type(`germ${ENTER}`);
    await terminal.shows(/^Client ID/m);
    await terminal.type(at.sandbox.clients.rotating.clientId + ENTER);
    await terminal.shows(/^Client secret/m);
    await terminal.type(CTRL_C);
    await terminal.end;
  }
  await using terminal = await at.open();
  await terminal.shows(
    /filled in; Enter keeps one\.(.*\n)+Region .*\n(.*\n)* {15}› eu2 {2}Germany/,
  );
  await terminal.type(ENTER);
  await terminal.shows(/^Client ID .*5a1d/m);
  await terminal.type(ENTER);
  for (const [question, answer] of goodAnswers(at).slice(2)) {
    await terminal.shows(question);
    await terminal.type(answer + ENTER);
  }
  await signInByBrowser(terminal);
  assertEquals((await terminal.end).code, 0);
  assertEquals((await at.files()).filter((path) => path.startsWith("drafts")), []);
});

for (const [env, isColored] of [[{ NO_COLOR: "1" }, false], [{}, true]] as const) {
  const what = isColored ? "by itself the hints are faint" : "with NO_COLOR nothing has a color";
  testWith(PYTHON, `at the questions ${what}`, async (python) => {
    await using at = await firstSignIn(python);
    await using terminal = await at.open({ env });
    await terminal.shows(/Paste the address/);
    await terminal.type(CTRL_C);
    await terminal.end;
    const asked = terminal.output().split("Interrupted")[0] ?? "";
    assertEquals(COLOR.test(asked), isColored);
  });
}

Deno.test("without a terminal nothing is asked: the error names what to give", async () => {
  await using home = await makeHome();
  const { code, stderr } = await runProgram(["login"], { home: home.path, stdin: "us1\nid\n" });
  assertEquals(code, 2);
  assertStringIncludes(stderr, "--client-id or ANAPLAN_CLIENT_ID");
  await using waiting = await startProgram(["login"], { home: home.path, stdin: { open: true } });
  assertEquals((await waiting.outcome).code, 2); // although nothing ever comes, and nothing ends
});
