// The offer to sign in where the command may not start a browser: under every task but `login`.
// Rule: the tasks' own permissions, so only with the program that they run.
import { assertEquals, assertMatch } from "@std/assert";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { type Home, makeHome } from "../support/home.ts";
import { findPython, testWith } from "../support/needs.ts";
import { signedIn } from "../support/signed_in.ts";
import { openTerminal, type Terminal } from "../support/terminal.ts";
import { browse } from "../support/scripted_browser.ts";
import { PROMPT } from "../support/waiting_login.ts";

const PYTHON = Deno.env.get("ANAPLAN_AUTH_BIN")
  ? { path: undefined, hint: "the tasks" }
  : await findPython();
const ENTER = "\r";
// deno-lint-ignore no-control-regex
const ADDRESS = /https:\/\/[^\s\x1b]+response_type=code[^\s\x1b]+/;

interface Offered extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly home: Home;
  readonly terminal: Terminal;
}

/** `api` in a terminal that is this wide in all, after the offer to sign in was taken. */
async function accepted(
  python: string,
  env: Readonly<Record<string, string>>,
): Promise<Offered> {
  await using undo = new AsyncDisposableStack();
  const sandbox = undo.use(await startSandbox());
  const home = undo.use(await makeHome());
  await signedIn(sandbox, home);
  await home.changeCredentials({ expiresAt: Date.now() - 1_000 });
  sandbox.revokeRefreshTokens();
  const argv = ["api", "/2/0/users/me"];
  const terminal = undo.use(await openTerminal(argv, { python, home: home.path, env }));
  await terminal.shows(/^Sign in now\? \[Y\/n\]/m);
  await terminal.type(ENTER);
  await terminal.shows(PROMPT);
  const end = undo.move();
  return { sandbox, home, terminal, [Symbol.asyncDispose]: () => end.disposeAsync() };
}

testWith(
  PYTHON,
  "a task that may start no browser says so, and the page still signs in",
  async (python) => {
    await using at = await accepted(python, { BROWSER: "true" });
    assertMatch(
      at.terminal.screen(),
      /^This command may not start a browser\. Open this page in a browser on this\ncomputer:\nhttps:/m,
    );
    const [address] = await at.terminal.wrote(ADDRESS);
    await browse(address);
    const { code, screen } = await at.terminal.end;
    assertEquals(code, 0, screen);
    assertMatch(screen, /✓ Signed in as Ada Lovelace\. Continuing: api /);
  },
);

testWith(
  PYTHON,
  "over SSH such a task shows the tunnel, not a page of this computer",
  async (python) => {
    await using at = await accepted(python, {
      SSH_CONNECTION: "10.0.0.9 50000 10.0.0.2 22",
      USER: "ada",
    });
    assertMatch(
      at.terminal.screen(),
      /^You are connected over SSH\. .*:\nssh -N -L \d+:127\.0\.0\.1:\d+ ada@10\.0\.0\.2\n\nThen open/m,
    );
  },
);
