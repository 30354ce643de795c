// The one-time page at which the browser is opened, with the real program and other programs beside it.
// Rule: the browser's arguments are all that another user of the computer knows.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { watchCommandLines } from "../hostile/sweep.ts";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { isFree } from "../support/free_port.ts";
import { type Home, makeHome } from "../support/home.ts";
import { nextWords } from "../support/next_typed.ts";
import { type Program, startProgram } from "../support/program.ts";
import { recordingBrowser } from "../support/recording_browser.ts";
import { browse } from "../support/scripted_browser.ts";
import { registeredListener, sandboxFlags, SIGN_IN_ADDRESS, signIn } from "../support/sign_in.ts";

/** A login that waits, whose browser was started and did nothing yet. */
interface Opened extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly home: Home;
  readonly program: Program;
  /** What the browser was opened at. */
  readonly url: string;
  /** The state of the attempt. */
  readonly state: string;
  /** Every command line of the program and its children. */
  readonly commandLines: ReadonlySet<string>;
  /** Whether a code was exchanged. */
  isExchanged(): boolean;
}

async function opened(): Promise<Opened> {
  await using undo = new AsyncDisposableStack();
  const sandbox = undo.use(await startSandbox());
  const home = undo.use(await makeHome());
  const browser = await recordingBrowser(home.path);
  const { rotating } = sandbox.clients;
  const argv = ["login", ...sandboxFlags(sandbox, rotating, registeredListener(sandbox))];
  const env = { ANAPLAN_CLIENT_SECRET: rotating.clientSecret, BROWSER: browser.command };
  const program = undo.use(await startProgram(argv, { home: home.path, env }));
  const commandLines = new Set<string>();
  const watch = watchCommandLines(program.pid, commandLines);
  undo.defer(() => clearInterval(watch));
  const [address] = await program.said(SIGN_IN_ADDRESS);
  const [url = ""] = await browser.args();
  const end = undo.move();
  return {
    ...{ sandbox, home, program, url, commandLines },
    state: new URL(address).searchParams.get("state") ?? "",
    isExchanged: () => sandbox.requests.some(({ path }) => path === "/oauth/token"),
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  };
}

/** Asks for the page as any program can; follows nothing. */
async function ask(url: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(url, { redirect: "manual", ...init });
  await response.body?.cancel();
  return response;
}

function startPageTest(name: string, test: (login: Opened) => Promise<void>): void {
  Deno.test({
    name,
    ignore: Deno.build.os !== "linux", // the process list is read in /proc
    async fn() {
      await using login = await opened();
      await test(login);
    },
  });
}

/** The login ended because two programs were at its start page, and nothing came of it. */
async function assertEnded({ program, home, sandbox, isExchanged }: Opened): Promise<void> {
  const { code, stdout, stderr } = await program.outcome;
  assertEquals([code, stdout], [4, ""], stderr);
  assertStringIncludes(stderr, "two programs opened its start page");
  assertEquals([isExchanged(), await home.credentials()], [false, undefined]);
  const next = "Next: open the address that this prints: anaplan-auth login --no-browser";
  const [, ...flags] = nextWords(stderr, next);
  await signIn(sandbox, home, { flags });
}

startPageTest(
  "the browser is opened at a start page, and no argument of any process holds the state",
  async ({ url, state, commandLines, program }) => {
    assertMatch(url, /^http:\/\/127\.0\.0\.1:\d+\/[\w-]{43}$/);
    assertEquals(state.length, 43);
    assertStringIncludes((await browse(url)).body, "You are signed in");
    const { code, stderr } = await program.outcome;
    assertEquals(code, 0, stderr);
    const lines = [...commandLines].join("\n");
    assertStringIncludes(lines, url);
    assert(!lines.includes(state), lines);
    assert(isFree("127.0.0.1", Number(new URL(url).port)), "the start page is closed");
  },
);

startPageTest(
  "another program that opens the start page after the browser ends the login",
  async (login) => {
    const { url, sandbox } = login;
    const { headers } = await ask(url); // the browser's
    const other = await ask(url);
    assertEquals([other.status, other.headers.get("location")], [400, null]);
    const page = await browse(headers.get("location") ?? ""); // the browser still signs in
    assertEquals([page.status, new URL(page.url).pathname], [0, "/callback"]);
    assert(sandbox.requests.some(({ path }) => path === "/auth/prelogin"), "the user signed in");
    await assertEnded(login);
  },
);

startPageTest(
  "another program that opens the start page before the browser ends the login as well",
  async (login) => {
    assertEquals((await ask(login.url)).status, 302); // the other's
    const page = await browse(login.url);
    assertEquals(page.status, 400);
    assertStringIncludes(page.body, "This sign-in has ended");
    assertStringIncludes(page.body, "two programs opened its start page".replace("two", "Two"));
    await assertEnded(login);
  },
);

startPageTest("the same browser may load the start page again", async ({ url, program }) => {
  const first = await ask(url);
  const cookie = first.headers.get("set-cookie")?.split(";")[0] ?? "";
  const again = await ask(url, { headers: { cookie } });
  assertEquals(again.headers.get("location"), first.headers.get("location"));
  assertEquals((await browse(again.headers.get("location") ?? "")).status, 200);
  assertEquals((await program.outcome).code, 0);
});

startPageTest(
  "what is no visit of a browser neither uses the start page up nor ends the login",
  async ({ url, program }) => {
    const prefetch = { headers: { "sec-purpose": "prefetch" } };
    const favicon = new URL("/favicon.ico", url).href;
    const statuses = [
      (await ask(url, { method: "HEAD" })).status,
      (await ask(url, prefetch)).status,
      (await ask(favicon)).status,
    ];
    assertEquals(statuses, [405, 204, 404]);
    assertEquals((await browse(url)).status, 200);
    assertEquals((await program.outcome).code, 0);
  },
);

startPageTest(
  "the start page is closed when the login is interrupted",
  async ({ url, program }) => {
    const port = Number(new URL(url).port);
    assert(!isFree("127.0.0.1", port), "the start page is open while login waits");
    program.signal("SIGTERM");
    assertEquals((await program.outcome).code, 143);
    assert(isFree("127.0.0.1", port));
  },
);
