// A terminal on which nothing can be drawn over: a dumb one, and the log of a CI job that has one.
// Rule: not one control sequence; every line is written once, and the cursor only ever goes on.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { makeHome } from "../support/home.ts";
import { findPython, testWith } from "../support/needs.ts";
import { addressAfterSignIn } from "../support/remote_browser.ts";
import { browse } from "../support/scripted_browser.ts";
import { openTerminal, type Terminal } from "../support/terminal.ts";
import { deviceWorld, USER_CODE } from "../support/waiting_device.ts";
import { waitingLogin } from "../support/waiting_login.ts";

const PYTHON = await findPython();
const ENTER = "\r";
const DUMB = { TERM: "dumb" };
const CI = { CI: "true" };

function assertPlain(terminal: Terminal): void {
  // deno-lint-ignore no-control-regex
  const denosOwn = /^(\x1b\[0G\x1b\[2K\x1b\[J)+/; // written before the program is started
  const lines = terminal.output().replace(denosOwn, "").replaceAll("\r\n", "\n");
  // deno-lint-ignore no-control-regex
  assertEquals(/[\x00-\x09\x0b-\x1f]/.exec(lines), null, JSON.stringify(lines));
}

for (const env of [DUMB, CI]) {
  const [what] = Object.entries(env).map((pair) => pair.join("="));
  testWith(PYTHON, `with ${what} the wait is said once, and a paste is taken`, async (python) => {
    await using login = await waitingLogin({ python, env });
    await login.terminal.type(await addressAfterSignIn(login.sandbox, login.address) + ENTER);
    const { code, screen, before, after } = await login.terminal.end;
    assertEquals([code, after], [0, before]);
    assertStringIncludes(screen, "Signed in as Ada Lovelace");
    assert(!screen.includes("?code="), "what was pasted is not shown");
    assertPlain(login.terminal);
  });
}

testWith(
  PYTHON,
  "Ctrl-C at a hidden question leaves a plain terminal as it was",
  async (python) => {
    await using home = await makeHome();
    const options = { python, home: home.path, env: DUMB };
    await using terminal = await openTerminal(["login", "--client-id", "abc"], options);
    await terminal.shows(/^Client secret/m);
    await terminal.type("\x03");
    const { code, before, after } = await terminal.end;
    assertEquals([code, after], [130, before]);
  },
);

testWith(PYTHON, "with TERM=dumb a device code comes without a picture of it", async (python) => {
  await using world = await deviceWorld();
  const options = { python, home: world.home.path, env: DUMB };
  await using terminal = await openTerminal(world.argv, options);
  const [, page, userCode] = await terminal.wrote(USER_CODE);
  await terminal.shows(/^Waiting up to 15 min\.$/m);
  await browse(`${page}?user_code=${userCode}`);
  const { code, screen } = await terminal.end;
  assertEquals(code, 0);
  assertMatch(screen, /^✓ Signed in as Ada Lovelace/m);
  assertPlain(terminal);
});
