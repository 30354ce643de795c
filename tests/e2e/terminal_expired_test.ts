// A login that has expired, and a client that the server rejects: what a person is asked, and that it goes on.
// Rule: a person's part only: keys are typed, the screen is read, the page is opened by hand.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { type Home, makeHome } from "../support/home.ts";
import { findPython, testWith } from "../support/needs.ts";
import { browse } from "../support/scripted_browser.ts";
import { type Listener, registeredListener, sandboxFlags } from "../support/sign_in.ts";
import { signedIn } from "../support/signed_in.ts";
import { openTerminal, type Terminal } from "../support/terminal.ts";
import { PROMPT, waitingLogin } from "../support/waiting_login.ts";

const PYTHON = await findPython();
const ENTER = "\r";
const OFFER = /^Sign in now\? \[Y\/n\]/m;
const SECRET = /^Client secret/m;
// deno-lint-ignore no-control-regex
const ADDRESSES = /https:\/\/[^\s\x1b]+response_type=code[^\s\x1b]+/g;

interface Expired extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly home: Home;
  open(
    argv: readonly string[],
    options?: { env?: Readonly<Record<string, string>>; wrapper?: readonly string[] },
  ): Promise<Terminal>;
}

/** A login whose access token has expired, and whose refresh token the server rejects. */
async function expired(python: string): Promise<Expired> {
  await using undo = new AsyncDisposableStack();
  const sandbox = undo.use(await startSandbox());
  const home = undo.use(await makeHome());
  await signedIn(sandbox, home);
  await home.changeCredentials({ expiresAt: Date.now() - 1_000 });
  const world = undo.move();
  return {
    sandbox,
    home,
    open: (argv, options = {}) => openTerminal(argv, { python, home: home.path, ...options }),
    [Symbol.asyncDispose]: () => world.disposeAsync(),
  };
}

/** Finishes the so-manieth sign-in that the terminal has shown in a browser. */
async function finishInBrowser(terminal: Terminal, count = 1): Promise<void> {
  const wrote = new RegExp(`(?:${ADDRESSES.source}[^]*?){${count}}\\n`);
  await terminal.wrote(wrote);
  await terminal.shows(PROMPT);
  const addresses = terminal.output().match(ADDRESSES) ?? [];
  await browse([...new Set(addresses)][count - 1] ?? "");
}

for (const [what, argv] of [["whoami", ["whoami"]], ["api", ["api", "/2/0/users/me"]]] as const) {
  testWith(
    PYTHON,
    `${what} offers to sign in when the login has expired, and then does what it was asked`,
    async (python) => {
      await using at = await expired(python);
      at.sandbox.revokeRefreshTokens();
      await using terminal = await at.open(argv);
      await terminal.shows(OFFER);
      assertMatch(
        terminal.screen(),
        /^Anaplan rejected your login at \d\d:\d\d \(profile default\)\.$/m,
      );
      await terminal.type(ENTER);
      await finishInBrowser(terminal);
      const { code, screen, before, after } = await terminal.end;
      assertEquals([code, after], [0, before], screen);
      assertStringIncludes(screen, `✓ Signed in as Ada Lovelace. Continuing: ${argv.join(" ")}`);
      assertMatch(screen, /Continuing: [^]*ada@example\.com/);
    },
  );
}

testWith(PYTHON, "who declines gets the two lines and exit 3", async (python) => {
  await using at = await expired(python);
  at.sandbox.revokeRefreshTokens();
  await using terminal = await at.open(["whoami"]);
  await terminal.shows(OFFER);
  await terminal.type(`n${ENTER}`);
  const { code, screen } = await terminal.end;
  assertEquals(code, 3);
  assertMatch(screen, /\nCannot refresh the login: .*\n(.*\n)?Next: anaplan-auth login$/);
});

const NOT_ASKED = [
  ["with --no-input", ["whoami", "--no-input"], {}],
  ["with CI set", ["whoami"], { env: { CI: "true" } }],
  ["with stdout in a file", ["whoami"], {
    wrapper: ["sh", "-c", `"$@" >"$HOME/answer"`, "sh"],
  }],
] as const;
for (const [what, argv, options] of NOT_ASKED) {
  testWith(PYTHON, `${what} nothing is asked, and an expired login is exit 3`, async (python) => {
    await using at = await expired(python);
    at.sandbox.revokeRefreshTokens();
    await using terminal = await at.open(argv, options);
    const { code, screen } = await terminal.end;
    assertEquals(code, 3);
    assertEquals(/Sign in now/.test(screen), false, screen);
    assertMatch(screen, /^Next: anaplan-auth login$/m);
  });
}

testWith(PYTHON, "a wrong secret is asked again, and the sign-in goes on", async (python) => {
  await using login = await waitingLogin({ python, env: { ANAPLAN_CLIENT_SECRET: "wrong" } });
  const { terminal, sandbox } = login;
  const page = browse(login.address);
  await terminal.shows(SECRET);
  assertEquals((await page).status, 502);
  assertMatch(
    terminal.screen(),
    /^Cannot sign in: Anaplan rejected the client ID or its secret/m,
  );
  await terminal.type(sandbox.clients.rotating.clientSecret + ENTER);
  await finishInBrowser(terminal, 2);
  const { code, screen } = await terminal.end;
  assertEquals(code, 0, screen);
  assertEquals(
    (await login.home.credentials())?.clientSecret,
    sandbox.clients.rotating.clientSecret,
  );
  const codes = sandbox.requests.filter(({ path }) => path === "/oauth/token");
  assertEquals(codes.length, 2, "each code is sent once");
});

interface World extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly home: Home;
  readonly listener: Listener;
}

async function emptyWorld(): Promise<World> {
  await using undo = new AsyncDisposableStack();
  const sandbox = undo.use(await startSandbox());
  const home = undo.use(await makeHome());
  const listener = registeredListener(sandbox);
  const end = undo.move();
  return { sandbox, home, listener, [Symbol.asyncDispose]: () => end.disposeAsync() };
}

for (const argv of [["whoami"], ["login"]]) {
  testWith(
    PYTHON,
    `after the client secret was rotated, ${
      argv[0]
    } asks for the new one instead of sending the old`,
    async (python) => {
      await using at = await expired(python);
      const { clientSecret } = at.sandbox.clients.rotating;
      await at.home.changeCredentials({ clientSecret: "the-secret-before" });
      await using first = await at.open(["whoami", ...argv[0] === "login" ? ["--no-input"] : []]);
      if (argv[0] === "login") assertEquals((await first.end).code, 4);
      await using second = argv[0] === "login" ? await at.open(argv) : first;
      if (argv[0] === "whoami") {
        await second.shows(/^The server rejected the client \(profile default\)\.\nSign in now\?/m);
        await second.type(ENTER);
      }
      await second.shows(SECRET);
      await second.type(clientSecret + ENTER);
      await finishInBrowser(second);
      const { code, screen } = await second.end;
      assertEquals(code, 0, screen);
      assertEquals((await at.home.credentials())?.clientSecret, clientSecret);
      const refused = at.sandbox.requests.filter(({ path, status }) =>
        path === "/oauth/token" && status === 401
      );
      assertEquals(refused.length, 1, "the old secret was sent once");
    },
  );
}

testWith(
  PYTHON,
  "login --setup asks for the secret alone, and saves what it was sent",
  async (python) => {
    await using world = await emptyWorld();
    const { sandbox, home, listener } = world;
    const { clientId, clientSecret } = sandbox.clients.rotating;
    const others = sandboxFlags(sandbox, { clientId }, listener).slice(2, -2);
    const setup = `us1:${clientId}:${listener.redirectUri}`;
    const argv = ["login", "--setup", setup, ...others];
    await using terminal = await openTerminal(argv, { python, home: home.path });
    await terminal.shows(SECRET);
    assert(!/Region|Callback URL/.test(terminal.screen()), terminal.screen());
    await terminal.type(clientSecret + ENTER);
    await finishInBrowser(terminal);
    assertEquals((await terminal.end).code, 0);
    const profile = JSON.parse(await Deno.readTextFile(`${home.configDir}/profiles/default.json`));
    assertEquals([profile.region, profile.clientId, profile.redirectUri], [
      "us1",
      clientId,
      listener.redirectUri,
    ]);
  },
);
