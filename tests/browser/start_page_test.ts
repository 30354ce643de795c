// The start page in a real Chromium: it leads on, may be loaded again, and is for one browser.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { type Browser, openBrowser } from "../support/chromium.ts";
import { makeHome } from "../support/home.ts";
import { findChromium, testWith } from "../support/needs.ts";
import { type Program, startProgram } from "../support/program.ts";
import { recordingBrowser } from "../support/recording_browser.ts";
import { registeredListener, sandboxFlags } from "../support/sign_in.ts";

const CHROMIUM = findChromium();
const SIGN_IN = "How do you want to log in?";

interface Visit extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly browser: Browser;
  readonly program: Program;
  /** What the program opened the browser at. */
  readonly url: string;
}

async function visit(chromium: string): Promise<Visit> {
  await using undo = new AsyncDisposableStack();
  const sandbox = undo.use(await startSandbox({ signIn: "page" }));
  const home = undo.use(await makeHome());
  const browser = undo.use(await openBrowser(chromium));
  const opener = await recordingBrowser(home.path);
  const { rotating } = sandbox.clients;
  const argv = ["login", ...sandboxFlags(sandbox, rotating, registeredListener(sandbox))];
  const env = { ANAPLAN_CLIENT_SECRET: rotating.clientSecret, BROWSER: opener.command };
  const program = undo.use(await startProgram(argv, { home: home.path, env }));
  const [url = ""] = await opener.args();
  const end = undo.move();
  return { sandbox, browser, program, url, [Symbol.asyncDispose]: () => end.disposeAsync() };
}

testWith(
  CHROMIUM,
  "Chromium goes through the start page, and may load it again before the user signs in",
  async (path) => {
    await using person = await visit(path);
    const { browser, program, url, sandbox } = person;
    await browser.open(url, SIGN_IN);
    await browser.open(url, SIGN_IN);
    await browser.signIn(url, "Sign in", "You are signed in to Anaplan");
    const { code, stderr } = await program.outcome;
    assertEquals(code, 0, stderr);
    const referers = sandbox.requests.map(({ headers }) => headers.referer ?? "");
    assertEquals(referers.filter((referer) => referer.startsWith(url)), []);
  },
);

testWith(
  CHROMIUM,
  "a browser with another profile is a second visitor, reads so, and ends the login",
  async (path) => {
    await using person = await visit(path);
    const { browser, program, url, sandbox } = person;
    await browser.open(url, SIGN_IN);
    await using another = await openBrowser(path);
    await another.open(url, "This sign-in has ended");
    assertEquals(another.complaints.filter((text) => !text.includes("400")), []);
    await another.photograph("start-page");
    const { code, stderr } = await program.outcome;
    assertEquals(code, 4, stderr);
    assertStringIncludes(stderr, "two programs opened its start page");
    assertEquals(sandbox.requests.filter(({ path }) => path === "/oauth/token"), []);
  },
);
