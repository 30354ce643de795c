// A sign-in whose redirect URI is on another host: a real browser, and the real relays.
// Rule: what the program prints is what is clicked; the other host is a stand-in on this computer, and its
// certificate is the only one that is not warned about.
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { type Browser, openBrowser } from "../support/chromium.ts";
import { freePort } from "../support/free_port.ts";
import { type Home, makeHome } from "../support/home.ts";
import { findChromium, testWith } from "../support/needs.ts";
import { type Outcome, runProgram, startProgram } from "../support/program.ts";
import { sandboxFlags, SIGN_IN_ADDRESS } from "../support/sign_in.ts";
import { type StandIn, startStandIn } from "../support/stand_in.ts";

const CHROMIUM = findChromium();
const HOSTNAME = "www.anaplan.com";
const HOMEPAGE = "Welcome to a home page";
const SIGNED_IN = "You are signed in to Anaplan";
const PASSES = /[?&](code|state)=/;
const CODE = /[?&]code=/;

interface Relay extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly home: Home;
  readonly standIn: StandIn;
  readonly browser: Browser;
  /** Every `Referer` that the browser has sent. */
  readonly referers: readonly string[];
  /** Runs `login` for the redirect URI, while the user acts in the browser. */
  login(flags: readonly string[], act: (address: string) => Promise<void>): Promise<Outcome>;
}

/** A stand-in at www.anaplan.com that shows a page, and a browser that is led to it. */
async function relay(chromium: string, redirectUri: string, page: string): Promise<Relay> {
  await using undo = new AsyncDisposableStack();
  const sandbox = undo.use(await startSandbox({ signIn: "page" }));
  sandbox.allowRedirectUri(redirectUri);
  const home = undo.use(await makeHome());
  const headers = { "content-type": "text/html; charset=utf-8" };
  const standIn = undo.use(await startStandIn(() => ({ status: 200, headers, body: page })));
  const { port, spki } = standIn;
  const wishes = { standIn: { hostname: HOSTNAME, port, spki } };
  const browser = undo.use(await openBrowser(chromium, wishes));
  const referers: string[] = [];
  browser.page.on("request", (request) => {
    const { referer } = request.headers();
    if (referer !== undefined) referers.push(referer);
  });
  const end = undo.move();
  return {
    sandbox,
    home,
    standIn,
    browser,
    referers,
    async login(flags, act) {
      const { rotating } = sandbox.clients;
      const argv = ["login", "--no-browser", "--json", ...flags];
      const env = { ANAPLAN_CLIENT_SECRET: rotating.clientSecret };
      await using program = await startProgram(
        [...argv, ...sandboxFlags(sandbox, rotating, { redirectUri })],
        { home: home.path, env },
      );
      const [address] = await program.said(SIGN_IN_ADDRESS);
      await act(address);
      return await program.outcome;
    },
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  };
}

/** The text that the program prints for `relay bookmarklet` or `relay page`. */
async function printed(home: Home, what: "bookmarklet" | "page"): Promise<string> {
  return (await runProgram(["relay", what, "--quiet"], { home: home.path })).stdout.trim();
}

/** A click on a bookmark whose address is this text. */
async function clickBookmark({ page }: Browser, text: string): Promise<void> {
  await page.evaluate(`location.href = ${JSON.stringify(text)}`);
}

/** The addresses that the browser would go back to. */
async function visited({ page }: Browser): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  const { entries } = await session.send("Page.getNavigationHistory");
  return entries.map(({ url }) => url);
}

function methodOf({ stdout }: Outcome): unknown {
  return JSON.parse(stdout).method;
}

const HOMEPAGE_HTML =
  `<!doctype html><title>Home</title><link rel="icon" href="data:,"><h1>${HOMEPAGE}</h1>`;

for (const redirectUri of ["https://www.anaplan.com/", "https://www.anaplan.com"]) {
  testWith(
    CHROMIUM,
    `the bookmarklet carries the answer from ${redirectUri} to the terminal`,
    async (path) => {
      await using world = await relay(path, redirectUri, HOMEPAGE_HTML);
      const { browser, home, sandbox, standIn } = world;
      const text = await printed(home, "bookmarklet");
      const outcome = await world.login(
        ["--listen", `127.0.0.1:${freePort()}`],
        async (address) => {
          await browser.signIn(address, "Sign in", HOMEPAGE);
          assertMatch(browser.page.url(), PASSES);
          await clickBookmark(browser, text);
          assertEquals(await browser.passWarnings(SIGNED_IN), 1); // the listener's
        },
      );
      assertEquals([outcome.code, methodOf(outcome)], [0, "relay"], outcome.stderr);
      const asked = sandbox.requests.filter(({ path }) => path === "/auth/prelogin");
      const exchanged = sandbox.requests.filter(({ path }) => path === "/oauth/token");
      assertEquals(
        [...asked, ...exchanged].map(({ parameters }) => parameters.redirect_uri),
        [redirectUri, redirectUri],
      );
      const here = (await visited(browser)).filter((url) => new URL(url).hostname === HOSTNAME);
      assertEquals(here.filter((url) => PASSES.test(url)), []);
      assertEquals(world.referers.filter((referer) => CODE.test(referer)), []);
      assert(standIn.requests.every(({ headers }) => !CODE.test(headers.referer ?? "")));
    },
  );
}

testWith(
  CHROMIUM,
  "the button on the listener's own page is the bookmarklet that carries the answer",
  async (path) => {
    await using world = await relay(path, "https://www.anaplan.com/", HOMEPAGE_HTML);
    const { browser } = world;
    const port = freePort();
    const outcome = await world.login(["--listen", `127.0.0.1:${port}`], async (address) => {
      await browser.open(`https://127.0.0.1:${port}/`, "anaplan-auth is waiting for your sign-in");
      const button = browser.page.getByRole("link", { name: "Finish the sign-in" });
      const bookmark = await button.getAttribute("href") ?? "";
      await browser.signIn(address, "Sign in", HOMEPAGE);
      await clickBookmark(browser, bookmark);
      assertEquals(await browser.passWarnings(SIGNED_IN), 0, "it came on the listener's own page");
    });
    assertEquals([outcome.code, methodOf(outcome)], [0, "relay"], outcome.stderr);
  },
);

testWith(
  CHROMIUM,
  "a page of one's own hands the answer on by itself, and loads nothing",
  async (path) => {
    await using home = await makeHome();
    const page = await printed(home, "page");
    await using world = await relay(path, "https://www.anaplan.com/callback.html", page);
    const { browser, standIn } = world;
    const flags = ["--listen", `127.0.0.1:${freePort()}`];
    const outcome = await world.login(flags, async (address) => {
      assertEquals(await browser.signIn(address, "Sign in", SIGNED_IN), 2);
    });
    assertEquals([outcome.code, methodOf(outcome)], [0, "relay"], outcome.stderr);
    assertEquals(browser.complaints, [], "the page keeps its own content security policy");
    assertEquals(world.referers.filter((referer) => CODE.test(referer)), []);
    const asked = standIn.requests.map(({ target }) => target.split("?")[0]);
    assertEquals([...new Set(asked)].filter((target) => target !== "/favicon.ico"), [
      "/callback.html",
    ]);
    const here = (await visited(browser)).filter((url) => new URL(url).hostname === HOSTNAME);
    assertEquals(here.filter((url) => PASSES.test(url)), []);
  },
);

testWith(
  CHROMIUM,
  "a page of one's own that is opened without an answer says so and stays",
  async (path) => {
    await using home = await makeHome();
    const page = await printed(home, "page");
    await using world = await relay(path, "https://www.anaplan.com/", page);
    const { browser } = world;
    await browser.open("https://www.anaplan.com/?code=abc&state=8443.evil", "Back to the terminal");
    const told = browser.page.getByText("There is no answer for anaplan-auth on this page.");
    await told.waitFor();
    assertEquals(browser.page.url(), "https://www.anaplan.com/");
  },
);

testWith(
  CHROMIUM,
  "when port 8443 is taken the next one is used, and the bookmarklet finds it",
  async (path) => {
    using _other = takenPort(8443);
    await using world = await relay(path, "https://www.anaplan.com/", HOMEPAGE_HTML);
    const { browser, home } = world;
    const text = await printed(home, "bookmarklet");
    const outcome = await world.login([], async (address) => {
      const [port = ""] = (new URL(address).searchParams.get("state") ?? "").split(".");
      assertMatch(port, /^844[4-7]$/);
      await browser.signIn(address, "Sign in", HOMEPAGE);
      await clickBookmark(browser, text);
      await browser.passWarnings(SIGNED_IN);
      assertEquals(new URL(browser.page.url()).port, port);
    });
    assertEquals([outcome.code, methodOf(outcome)], [0, "relay"], outcome.stderr);
  },
);

testWith(CHROMIUM, "a bookmarklet that is clicked anywhere else changes nothing", async (path) => {
  await using world = await relay(path, "https://www.anaplan.com/", HOMEPAGE_HTML);
  const { browser, home } = world;
  const text = await printed(home, "bookmarklet");
  await browser.open("https://www.anaplan.com/news?id=1", HOMEPAGE);
  const said = new Promise<string>((resolve) => {
    browser.page.once("dialog", (dialog) => {
      resolve(dialog.message());
      void dialog.accept();
    });
  });
  await clickBookmark(browser, text);
  assertEquals(await said, "There is no answer for anaplan-auth on this page.");
  assertNotEquals(new URL(browser.page.url()).hostname, "127.0.0.1");
});

/** Takes a port, unless another program has it already. */
function takenPort(port: number): Disposable {
  const listeners = ["127.0.0.1", "::1"].flatMap((hostname) => {
    try {
      return [Deno.listen({ hostname, port })];
    } catch {
      return [];
    }
  });
  return {
    [Symbol.dispose]() {
      for (const listener of listeners) listener.close();
    },
  };
}
