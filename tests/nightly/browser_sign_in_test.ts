// A sign-in with a real browser, from the printed address to the last page.
// Rule: the program is the real one, the user clicks every warning away, and nothing is ignored.
import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { listenerCertificate } from "../../src/oauth/certificate.ts";
import { denoSystem } from "../../src/system/deno.ts";
import { listen } from "../../src/system/listener.ts";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { type Browser, openBrowser } from "../support/chromium.ts";
import { freePort } from "../support/free_port.ts";
import { type Home, makeHome } from "../support/home.ts";
import { findChromium, testWith } from "../support/needs.ts";
import { type Outcome, type Program, startProgram } from "../support/program.ts";
import {
  type Listener,
  registeredListener,
  sandboxFlags,
  SIGN_IN_ADDRESS,
} from "../support/sign_in.ts";
import { tempDir } from "../support/temp_dir.ts";

const CHROMIUM = findChromium();
const HTML = { "content-type": "text/html" };
const SIGNED_IN = "You are signed in to Anaplan";
const DECLINED = "You declined the sign-in";
const UNKNOWN = "This page belongs to another sign-in";

interface Visit extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly home: Home;
  readonly listener: Listener;
  readonly browser: Browser;
  /** Runs `login` while the user acts on the address that it prints. */
  login(act: (address: string, program: Program) => Promise<void>): Promise<Outcome>;
}

async function visit(chromium: string): Promise<Visit> {
  await using undo = new AsyncDisposableStack();
  const sandbox = undo.use(await startSandbox({ signIn: "page" }));
  const home = undo.use(await makeHome());
  const browser = undo.use(await openBrowser(chromium));
  const listener = registeredListener(sandbox);
  const { rotating } = sandbox.clients;
  const argv = ["login", "--no-browser", ...sandboxFlags(sandbox, rotating, listener)];
  const env = { ANAPLAN_CLIENT_SECRET: rotating.clientSecret };
  const end = undo.move();
  return {
    sandbox,
    home,
    listener,
    browser,
    async login(act) {
      await using program = await startProgram(argv, { home: home.path, env });
      const [address] = await program.said(SIGN_IN_ADDRESS);
      await act(address, program);
      return await program.outcome;
    },
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  };
}

testWith(
  CHROMIUM,
  "a certificate that was accepted once is not asked about again",
  async (path) => {
    await using person = await visit(path);
    const warnings: number[] = [];
    for (const _ of ["first", "second"]) {
      const { code } = await person.login(async (address) => {
        warnings.push(await person.browser.signIn(address, "Sign in", SIGNED_IN));
      });
      assertEquals(code, 0);
    }
    assertEquals(warnings, [2, 0]); // the sandbox's and the listener's, then none
  },
);

testWith(
  CHROMIUM,
  "a person who declines reads so in Chromium and at the terminal",
  async (path) => {
    await using person = await visit(path);
    const { browser } = person;
    const { code, stderr } = await person.login(async (address) => {
      await browser.signIn(address, "Decline", DECLINED);
      assertStringIncludes(await browser.page.innerText("main"), "Nothing was saved.");
    });
    assertEquals(code, 4);
    assertStringIncludes(stderr, "access_denied");
    await browser.photograph("declined");
  },
);

testWith(
  CHROMIUM,
  "a page of no sign-in says so, and the one in progress goes on",
  async (path) => {
    await using person = await visit(path);
    const { browser, listener } = person;
    const { code } = await person.login(async (address) => {
      await browser.open(`${listener.redirectUri}?code=abc&state=unknown`, UNKNOWN);
      await browser.photograph("unknown-state");
      await browser.signIn(address, "Sign in", SIGNED_IN);
    });
    assertEquals(code, 0);
  },
);

testWith(
  CHROMIUM,
  "the listener's own page says that a sign-in waits, and the wait goes on",
  async (path) => {
    await using person = await visit(path);
    const { browser, listener } = person;
    const { code } = await person.login(async (address) => {
      const { origin } = new URL(listener.redirectUri);
      await browser.open(`${origin}/`, "anaplan-auth is waiting for your sign-in");
      await browser.signIn(address, "Sign in", SIGNED_IN);
    });
    assertEquals(code, 0);
  },
);

testWith(CHROMIUM, "the page follows the browser's colors and fits on a phone", async (path) => {
  await using person = await visit(path);
  const { browser: { page, open }, listener } = person;
  await person.login(async (_, program) => {
    await open(`${listener.redirectUri}?code=abc&state=unknown`, UNKNOWN);
    const background = (): Promise<string> =>
      page.evaluate("getComputedStyle(document.body).backgroundColor");
    await page.emulateMedia({ colorScheme: "light" });
    const light = await background();
    await page.emulateMedia({ colorScheme: "dark" });
    assertNotEquals(await background(), light);
    await page.setViewportSize({ width: 320, height: 568 });
    assertEquals(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
    program.signal("SIGTERM");
  });
});

testWith(CHROMIUM, "the terminal recognizes that Chromium shows its warning", async (path) => {
  using dir = tempDir();
  const tls = await listenerCertificate(dir.path, denoSystem(), () => {});
  const rejected = Promise.withResolvers<void>();
  const address = { hostname: "127.0.0.1", port: freePort() };
  const listening = listen({
    ...address,
    tls,
    handle: () => Promise.resolve(new Response("<h1>accepted</h1>", { headers: HTML })),
    onRejected: rejected.resolve,
  }, () => {});
  assert(listening.kind === "open");
  await using browser = await openBrowser(path);
  await browser.page.goto(`https://127.0.0.1:${address.port}/`).catch(() => undefined);
  await rejected.promise; // while nothing has been clicked away
  assertEquals(await browser.passWarnings("accepted"), 1);
  await listening.close();
});
