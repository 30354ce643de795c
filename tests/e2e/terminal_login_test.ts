// Signing in at a terminal: what the screen shows, what can be pasted, how it can be left.
// Rule: a person's part only: keys are typed, the screen is read, the page is opened by hand.
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { freePort, isFree } from "../support/free_port.ts";
import { findPython, testWith } from "../support/needs.ts";
import { addressAfterSignIn } from "../support/remote_browser.ts";
import { browse } from "../support/scripted_browser.ts";
import { openTerminal } from "../support/terminal.ts";
import { PROMPT, waitingLogin } from "../support/waiting_login.ts";

const PYTHON = await findPython();
const ENTER = "\r";
const CTRL_C = "\x03";

const WARNING = "Your browser shows a warning about this program's own certificate, SHA-256 ";

testWith(
  PYTHON,
  "the browser's warning is recognized when it rejects the certificate",
  async (python) => {
    await using login = await waitingLogin({ python });
    const { hostname, port } = new URL(login.listener.redirectUri);
    assert(!login.terminal.screen().includes(WARNING));
    const browser = await Deno.connectTls({ hostname, port: Number(port) });
    await assertRejects(() => browser.handshake());
    browser.close();
    await login.terminal.shows(
      /\n\nYour browser shows a warning .*\n.*Advanced, then Proceed\.\nTo stop the warning: anaplan-auth cert trust\n\nWaiting for/m,
    );
    assertEquals((await browse(login.address)).status, 200);
    const { code, screen } = await login.terminal.end;
    assertEquals([code, screen.includes(WARNING)], [0, false], screen);
  },
);

testWith(
  PYTHON,
  "after the first answer over this certificate no warning is announced",
  async (python) => {
    await using login = await waitingLogin({ python });
    assertMatch(login.terminal.screen(), /^Your browser will warn about /m);
    assertEquals((await browse(login.address)).status, 200);
    assertEquals((await login.terminal.end).code, 0);
    const options = { python, home: login.home.path };
    await using again = await openTerminal(["login", "--no-browser"], options);
    await again.shows(PROMPT);
    assertEquals(/warn/.test(again.screen()), false, again.screen());
    await again.type(CTRL_C);
    await again.end;
  },
);

testWith(
  PYTHON,
  "when the browser answers, the waiting lines are cleared, and the two lines of success are left",
  async (python) => {
    await using login = await waitingLogin({ python });
    assertEquals((await browse(login.address)).status, 200);
    const { code, screen, before, after } = await login.terminal.end;
    assertEquals([code, after], [0, before]);
    assertMatch(
      screen,
      /=S256\n\n✓ Signed in as Ada Lovelace <ada@example\.com>, Anaplan us1\.\n {2}Saved as profile default\. You stay signed in until about \d\d:\d\d \(12 h\)\.\n\nNext: anaplan-auth whoami$/,
    );
    assertEquals(/Waiting|^>/m.test(screen), false, screen);
  },
);

testWith(
  PYTHON,
  "an address that is pasted wins, and the code does not stay on the screen",
  async (python) => {
    await using login = await waitingLogin({ python });
    const address = await addressAfterSignIn(login.sandbox, login.address);
    await login.terminal.type(address + ENTER);
    const { code, screen, before, after } = await login.terminal.end;
    assertEquals([code, after], [0, before]);
    assertStringIncludes(screen, "Signed in as Ada Lovelace");
    assert(!screen.includes("?code="), screen);
  },
);

for (
  const [hostname, redirectUri] of [
    ["127.0.0.1", "https://127.0.0.1:<PORT>/callback"],
    ["::1", "https://www.anaplan.com/"],
  ] as const
) {
  testWith(
    PYTHON,
    `when ${hostname} is taken for ${redirectUri}, login says so first and goes on with a paste`,
    async (python) => {
      const port = freePort();
      using _other = Deno.listen({ hostname, port });
      const listener = { port, redirectUri: redirectUri.replace("<PORT>", String(port)) };
      const flags = ["--listen", `127.0.0.1:${port}`];
      await using login = await waitingLogin({ python, listener, flags });
      const address = hostname === "::1" ? `[::1]:${port}` : `${hostname}:${port}`;
      const said = `Cannot listen on ${address}: another program is using the port.`;
      const screen = login.terminal.screen();
      assertStringIncludes(screen, said);
      assert(screen.indexOf(said) < screen.indexOf("Opening your browser"), screen);
      await login.terminal.type(await addressAfterSignIn(login.sandbox, login.address) + ENTER);
      assertEquals((await login.terminal.end).code, 0);
    },
  );
}

for (const [name, key, expected] of [["Ctrl-C", CTRL_C, 130], ["Ctrl-\\", "\x1c", 131]] as const) {
  testWith(
    PYTHON,
    `${name} ends a waiting login with ${expected}, the terminal as it was, the port closed`,
    async (python) => {
      await using login = await waitingLogin({ python });
      assert(!isFree("127.0.0.1", login.listener.port), "the listener is open while login waits");
      await login.terminal.type(key);
      const { code, screen, before, after } = await login.terminal.end;
      assertEquals([code, after], [expected, before]);
      assert(isFree("127.0.0.1", login.listener.port));
      assertEquals(/Waiting|^>/m.test(screen), false, screen);
      assertEquals(await login.home.credentials(), undefined);
    },
  );
}
