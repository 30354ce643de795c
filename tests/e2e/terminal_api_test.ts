// `api` and `exec` at a terminal: what is shown, and whom Ctrl-C reaches.
// Rule: a person's part only: keys are typed and the screen is read.
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotMatch,
  assertStringIncludes,
} from "@std/assert";
import { steering } from "../hostile/escapes.ts";
import { staleLogin } from "../hostile/stale_login.ts";
import type { Fault } from "../sandbox/contract.ts";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { findPython, testWith } from "../support/needs.ts";
import { openTerminal, type Terminal } from "../support/terminal.ts";

const PYTHON = await findPython();
const CTRL_C = "\x03";
const HOUR = 3_600_000;
const PATH = "/2/0/users/me";
const STEERING = /(?!\n)[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;

/** What was written, without the terminal's \r, and without what Deno itself begins with. */
function shownBy(terminal: Terminal): string {
  // deno-lint-ignore no-control-regex
  return terminal.output().replaceAll(/\r+\n/g, "\n").replace(/^(\x1b\[(0G|2K|J))+/, "");
}

/** A sandbox whose one answer is scripted, and a login that it does not look at. */
async function scene(fault: Fault) {
  const sandbox: Sandbox = await startSandbox();
  sandbox.fault(PATH, { ...fault, times: Infinity });
  const home = await staleLogin(sandbox, { expiresAt: Date.now() + HOUR });
  return {
    sandbox,
    home,
    async [Symbol.asyncDispose]() {
      await home[Symbol.asyncDispose]();
      await sandbox[Symbol.asyncDispose]();
    },
  };
}

const HOSTILE: readonly (readonly [string, string, readonly string[]])[] = [
  ["JSON", JSON.stringify({ name: steering("Ada") }), []],
  ["JSON, with --json", JSON.stringify({ name: steering("Ada") }), ["--json"]],
  ["items", JSON.stringify([steering("Ada")]), ["--paginate"]],
  ["text", `Ada ${steering("text")} Lovelace`, []],
];

for (const [what, body, flags] of HOSTILE) {
  testWith(PYTHON, `an answer of ${what} cannot steer a terminal`, async (python) => {
    await using all = await scene({ body, headers: { "content-type": "text/plain" } });
    const options = { python, home: all.home.path };
    await using terminal = await openTerminal(["api", PATH, ...flags], options);
    const { code } = await terminal.end;
    const shown = shownBy(terminal);
    assertEquals(code, 0, shown);
    assertStringIncludes(shown, "Ada");
    assertNotMatch(shown, STEERING);
  });
}

testWith(
  PYTHON,
  "a refusal with escape sequences cannot steer a terminal",
  async (python) => {
    const body = JSON.stringify({ status: { code: 403, message: steering("No") } });
    await using all = await scene({ status: 403, body });
    const options = { python, home: all.home.path };
    await using terminal = await openTerminal(["api", PATH, "--no-color"], options);
    const { code, screen } = await terminal.end;
    assertEquals(code, 8);
    assertNotMatch(shownBy(terminal), STEERING);
    assertMatch(screen, /"code": 403,[^]*Cannot GET .* HTTP 403,\s+“No/);
  },
);

testWith(
  PYTHON,
  "a long download says how far it is, on one line that is gone at its end",
  async (python) => {
    await using all = await scene({
      body: "x".repeat(20_000),
      trickle: { bytes: 1000, everyMs: 30 },
    });
    const { home } = all;
    const options = { python, home: home.path };
    await using terminal = await openTerminal(["api", PATH, "-o", `${home.path}/out`], options);
    await terminal.shows(/^\d[\d.]* of 20 kB {3}[\d.]+ kB\/s {3}\d+ s left$/m);
    const { code, screen } = await terminal.end;
    assertEquals([code, screen.trim()], [0, "Saved 20 kB to ~/out."]);
  },
);

const SCRIPT = "trap 'echo got it' INT; echo ready; sleep 1; sleep 0.3; echo end; exit 5";

/** The shell around a pipe also gets Ctrl-C, and stays. */
const PIPE = ["sh", "-c", `trap : INT; echo | "$@"`, "sh"];

for (const [how, wrapper] of [["", []], [", in a pipe,", PIPE]] as const) {
  testWith(PYTHON, `Ctrl-C${how} reaches a program once, and it is waited for`, async (python) => {
    await using all = await scene({});
    const options = { python, home: all.home.path, wrapper };
    await using terminal = await openTerminal(
      ["exec", "--min-valid", "1m", "--", "sh", "-c", SCRIPT],
      options,
    );
    await terminal.shows(/ready/);
    await terminal.type(CTRL_C);
    const { code, screen, before, after } = await terminal.end;
    assertEquals([code, after], [5, before]);
    assertEquals(screen.match(/got it/g)?.length, 1, screen);
    assert(screen.includes("end"), screen);
  });
}
