// The first sign-in at a real terminal: asked, gone back over, corrected, left, taken up again.
// Rule: a person's part only: keys are typed and the screen is read.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { type Home, makeHome } from "../support/home.ts";
import { findPython, testWith } from "../support/needs.ts";
import { runProgram, startProgram } from "../support/program.ts";
import { browse } from "../support/scripted_browser.ts";
import { type Listener, registeredListener, sandboxFlags } from "../support/sign_in.ts";
import { openTerminal, type Terminal, type TerminalOptions } from "../support/terminal.ts";
import { PROMPT } from "../support/waiting_login.ts";

const PYTHON = await findPython();
const ENTER = "\r";
const ESC = "\x1b";
const DOWN = "\x1b[B";
const CTRL_C = "\x03";
const QUESTIONS = 5;
const ADDRESS = /https:\/\/\S+response_type=code\S+/;

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

Deno.test("without a terminal nothing is asked: the error names what to give", async () => {
  await using home = await makeHome();
  const { code, stderr } = await runProgram(["login"], { home: home.path, stdin: "us1\nid\n" });
  assertEquals(code, 2);
  assertStringIncludes(stderr, "--client-id or ANAPLAN_CLIENT_ID");
  await using waiting = await startProgram(["login"], { home: home.path, stdin: { open: true } });
  assertEquals((await waiting.outcome).code, 2); // although nothing ever comes, and nothing ends
});

/** What is around a first sign-in. */
interface FirstSignIn extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly home: Home;
  readonly listener: Listener;
  /** Starts `login` in a terminal. */
  open(options?: Partial<Omit<TerminalOptions, "home">>): Promise<Terminal>;
  /** What the configuration directory holds, in the order of the names. */
  files(): Promise<string[]>;
}

/** The questions in their order, as the screen shows them, and a good answer to each. */
function goodAnswers(
  { sandbox, listener }: Pick<FirstSignIn, "sandbox" | "listener">,
): readonly (readonly [question: RegExp, answer: string])[] {
  const { clientId, clientSecret } = sandbox.clients.rotating;
  return [
    [/^Region/m, ""],
    [/^Client ID/m, clientId],
    [/^Client secret/m, clientSecret],
    [/^Callback URL/m, listener.redirectUri],
    [/^Ready to sign in\?/m, ""],
  ];
}

/** Answers the first so many questions; then the next one is on the screen. */
async function answerFirst(
  terminal: Terminal,
  count: number,
  at: Pick<FirstSignIn, "sandbox" | "listener">,
): Promise<void> {
  const answers = goodAnswers(at);
  for (const [question, answer] of answers.slice(0, count)) {
    await terminal.shows(question);
    await terminal.type(`${answer}\r`);
  }
  const next = answers[count];
  if (next !== undefined) await terminal.shows(next[0]);
}

/** A world in which no user has signed in yet. */
async function firstSignIn(python: string): Promise<FirstSignIn> {
  await using undo = new AsyncDisposableStack();
  const sandbox = undo.use(await startSandbox());
  const home = undo.use(await makeHome());
  const listener = registeredListener(sandbox);
  const endpoints = sandboxFlags(sandbox, sandbox.clients.rotating, listener).slice(2, -2);
  const world = undo.move();
  return {
    sandbox,
    home,
    listener,
    open: (options = {}) =>
      openTerminal(["login", ...endpoints], { python, home: home.path, ...options }),
    files: () => filesUnder(home.configDir),
    [Symbol.asyncDispose]: () => world.disposeAsync(),
  };
}

async function filesUnder(directory: string, prefix = ""): Promise<string[]> {
  const files: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(directory)) {
      const path = `${prefix}${name}`;
      if (isDirectory) files.push(...await filesUnder(`${directory}/${name}`, `${path}/`));
      else files.push(path);
    }
  } catch {
    // there is none
  }
  return files.sort();
}
