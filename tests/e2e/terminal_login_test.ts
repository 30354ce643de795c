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

testWith(PYTHON, "the time left is shown, and goes down in place", async (python) => {
  await using login = await waitingLogin({ python });
  await login.terminal.shows(
    /^Waiting for your browser … {44}(5:00|4:5\d) left\nOr paste the address that the browser ends on:\n>/m,
  );
  await login.terminal.shows(/^Waiting for your browser … +4:5[0-8] left/m);
  assertEquals(login.terminal.screen().split("Waiting").length - 1, 1);
});

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
  "while the code is exchanged the screen says that the answer is in",
  async (python) => {
    await using login = await waitingLogin({ python });
    const gate = Promise.withResolvers<void>();
    login.sandbox.fault("/oauth/token", { until: gate.promise });
    const page = browse(login.address);
    await login.terminal.shows(/^Answer received\. Signing in …$/m);
    assertEquals(/Waiting|^>/m.test(login.terminal.screen()), false, login.terminal.screen());
    gate.resolve();
    await page;
    const { code, screen } = await login.terminal.end;
    assertEquals([code, screen.includes("Answer received")], [0, false], screen);
  },
);

testWith(PYTHON, "with --paste the error page is announced before it comes", async (python) => {
  await using login = await waitingLogin({ python, flags: ["--paste"] });
  const said = login.terminal.screen().replaceAll("\n", " ");
  assertMatch(
    said,
    /browser will say that it cannot reach 127\.0\.0\.1\. That is expected: .* paste it here \([45]:/,
  );
  await login.terminal.type(await addressAfterSignIn(login.sandbox, login.address) + ENTER);
  assertEquals((await login.terminal.end).code, 0);
});

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

testWith(
  PYTHON,
  "an address of another sign-in is said to be that, and asked for again",
  async (python) => {
    await using login = await waitingLogin({ python });
    const address = new URL(await addressAfterSignIn(login.sandbox, login.address));
    const foreign = new URL(address);
    foreign.searchParams.set("state", "another");
    await login.terminal.type(foreign.href + ENTER);
    await login.terminal.shows(
      /^That address belongs to another sign-in; finish in the newest window\.$/m,
    );
    await login.terminal.shows(PROMPT);
    await login.terminal.type(address.href + ENTER);
    assertEquals((await login.terminal.end).code, 0);
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
