// What else is said at a terminal: how things are, color.
// Rule: a person's part only: keys are typed and the screen is read.
import { assertEquals, assertMatch } from "@std/assert";
import { startSandbox } from "../sandbox/sandbox.ts";
import { makeHome } from "../support/home.ts";
import { findPython, testWith } from "../support/needs.ts";
import { signedIn } from "../support/signed_in.ts";
import { openTerminal } from "../support/terminal.ts";

const PYTHON = await findPython();
// deno-lint-ignore no-control-regex
const COLOR = /\x1b\[[\d;]*m/;

testWith(
  PYTHON,
  "without a command, you read that you are not signed in, and what to type",
  async (python) => {
    await using home = await makeHome();
    await using terminal = await openTerminal([], { python, home: home.path });
    const { code, screen } = await terminal.end;
    assertEquals(code, 0);
    assertMatch(
      screen,
      /^You are not signed in\.\nNext: anaplan-auth login +All commands: anaplan-auth help\s*$/,
    );
  },
);

testWith(
  PYTHON,
  "without a command, you read who you are, and for how long the token is valid",
  async (python) => {
    await using sandbox = await startSandbox();
    await using home = await makeHome();
    await signedIn(sandbox, home);
    await using terminal = await openTerminal([], { python, home: home.path });
    const { screen } = await terminal.end;
    assertMatch(
      screen,
      /^Signed in as Ada Lovelace, Anaplan us1 \(profile default\)\.\nAccess token valid for 35 min, renewed automatically\.\n\nanaplan-auth whoami, .*help\s*$/,
    );
  },
);

const COLORS: readonly (readonly [string, readonly string[], Record<string, string>, boolean])[] = [
  ["has color by itself", [], {}, true],
  ["has no color with --no-color", ["--no-color"], {}, false],
  ["has no color with NO_COLOR", [], { NO_COLOR: "1" }, false],
  ["has no color with TERM=dumb", [], { TERM: "dumb" }, false],
  ["has no color with CI=true", [], { CI: "true" }, false],
];

for (const [what, flags, env, isColored] of COLORS) {
  testWith(PYTHON, `an error at a terminal ${what}`, async (python) => {
    await using home = await makeHome();
    const options = { python, home: home.path, env };
    await using terminal = await openTerminal(["whoami", ...flags], options);
    assertEquals((await terminal.end).code, 3);
    assertEquals(COLOR.test(terminal.output()), isColored);
  });
}

for (const columns of [40, 60, 80]) {
  testWith(
    PYTHON,
    `at ${columns} columns an error is wrapped, and the command in it is in one piece`,
    async (python) => {
      await using home = await makeHome();
      const env = { NO_COLOR: "1" };
      await using terminal = await openTerminal(["profile", "set", "--region", "nowhere"], {
        python,
        home: home.path,
        env,
        columns,
      });
      const { screen } = await terminal.end;
      const lines = terminal.output().trimEnd().split("\r\n");
      assertEquals(lines.filter((line) => line.length > columns), []);
      assertMatch(screen, /anaplan-auth help login --all$/m);
    },
  );
}
