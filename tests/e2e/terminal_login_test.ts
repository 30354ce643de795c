// Signing in at a terminal: what the screen shows, what can be pasted, how it can be left.
// Rule: a person's part only: keys are typed, the screen is read, the page is opened by hand.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { freePort, isFree } from "../support/free_port.ts";
import { findPython, testWith } from "../support/needs.ts";
import { addressAfterSignIn } from "../support/remote_browser.ts";
import { browse } from "../support/scripted_browser.ts";
import { PROMPT, waitingLogin } from "../support/waiting_login.ts";

const PYTHON = await findPython();
const ENTER = "\r";
const CTRL_C = "\x03";

testWith(PYTHON, "the time left is shown, and goes down in place", async (python) => {
  await using login = await waitingLogin({ python });
  const [first] = await login.terminal.shows(/^Waiting, \d:\d\d left.*/m);
  assertMatch(first, /^Waiting, (5:00|4:5\d) left\. Or paste the address your browser ended on/);
  await login.terminal.shows(/^Waiting, 4:5[0-8] left/m);
  assertEquals(login.terminal.screen().split("Waiting").length - 1, 1);
});

testWith(PYTHON, "on a narrow terminal the line of the time left is shorter", async (python) => {
  await using login = await waitingLogin({ python, columns: 40 });
  await login.terminal.shows(/^Waiting, 4:5[0-8] left\. Or paste:$/m);
  assertEquals(login.terminal.screen().split("Waiting").length - 1, 1);
});

testWith(PYTHON, "on a very narrow one it is cut, not wrapped", async (python) => {
  await using login = await waitingLogin({ python, columns: 25 });
  await login.terminal.shows(/^Waiting, 4:5[0-8] left.*…$/m);
  assertEquals(login.terminal.screen().split("Waiting").length - 1, 1);
});

testWith(
  PYTHON,
  "where the terminal has links the address is one, and is seen whole all the same",
  async (python) => {
    const columns = 1_000; // nothing is wrapped
    await using login = await waitingLogin({ python, columns, env: { FORCE_HYPERLINK: "1" } });
    const { address, terminal } = login;
    assert(terminal.screen().split("\n").includes(address), terminal.screen());
    assertStringIncludes(terminal.output(), `\x1b]8;;${address}\x1b\\${address}\x1b]8;;\x1b\\`);
  },
);

testWith(
  PYTHON,
  "when the browser answers, the waiting lines are cleared and the answer stands",
  async (python) => {
    await using login = await waitingLogin({ python });
    assertEquals((await browse(login.address)).status, 200);
    const { code, screen, before, after } = await login.terminal.end;
    assertEquals([code, after], [0, before]);
    assertMatch(
      screen,
      /anaplan-auth cert trust\n\nSigned in as Ada Lovelace <ada@example\.com>, tenant 8A81…0002\.\n/,
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
  "a paste with line breaks in it and thousands of characters is taken whole",
  async (python) => {
    await using login = await waitingLogin({ python });
    const address = await addressAfterSignIn(login.sandbox, login.address);
    const long = `${address}&padding=${"x".repeat(6_000)}`;
    const broken = `${long.slice(0, 50)}\r\n${long.slice(50)}`;
    await login.terminal.type(`\x1b[200~${broken}\x1b[201~${ENTER}`);
    assertEquals((await login.terminal.end).code, 0);
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
      assert(screen.indexOf(said) < screen.indexOf("Your browser should open"), screen);
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
