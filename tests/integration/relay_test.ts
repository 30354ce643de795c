// A redirect URI on another host: the real program, and a bookmarklet that is clicked without a browser.
// Rule: the page is where the sandbox sends the browser, and the script is the one that was printed.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { freePort, isFree } from "../support/free_port.ts";
import { type Home, makeHome } from "../support/home.ts";
import { type Outcome, runProgram, startProgram } from "../support/program.ts";
import { browse } from "../support/scripted_browser.ts";
import { sandboxFlags, SIGN_IN_ADDRESS } from "../support/sign_in.ts";

const REDIRECT_URI = "https://www.anaplan.com/";

interface Scene {
  readonly sandbox: Sandbox;
  readonly home: Home;
  readonly port: number;
  readonly bookmarklet: string;
  /** Runs `login`; the user is on the page where the sign-in ended. */
  login(act: (page: string) => Promise<void>): Promise<Outcome>;
}

async function withScene(
  act: (scene: Scene) => Promise<void>,
  host: "127.0.0.1" | "localhost" = "127.0.0.1",
): Promise<void> {
  await using sandbox = await startSandbox();
  await using home = await makeHome();
  const port = freePort();
  const { rotating } = sandbox.clients;
  const relay = ["relay", "bookmarklet", "--host", host, "--quiet"];
  await act({
    sandbox,
    home,
    port,
    bookmarklet: (await runProgram(relay, { home: home.path })).stdout.trim(),
    async login(act) {
      const flags = sandboxFlags(sandbox, rotating, { redirectUri: REDIRECT_URI });
      const argv = ["login", "--json", "--listen", `127.0.0.1:${port}`, ...flags];
      const env = { ANAPLAN_CLIENT_SECRET: rotating.clientSecret };
      await using program = await startProgram(argv, { home: home.path, env });
      const [address] = await program.said(SIGN_IN_ADDRESS);
      await act((await browse(address)).url);
      return await program.outcome;
    },
  });
}

for (const host of ["127.0.0.1", "localhost"] as const) {
  Deno.test(`a bookmarklet that leads to ${host} brings the answer, and forgets it`, () =>
    withScene(async ({ login, bookmarklet, port }) => {
      const { code, stdout, stderr } = await login(async (page) => {
        const { target = "", address, told } = clickBookmarklet(bookmarklet, page);
        assertEquals([address, told], [REDIRECT_URI, undefined]);
        assertEquals(target.split("?")[0], `https://${host}:${port}/callback`);
        const { status, body } = await browse(target);
        assertEquals(status, 200);
        assertStringIncludes(body, "You are signed in");
      });
      assertEquals([code, JSON.parse(stdout || "{}").method], [0, "relay"], stderr);
    }, host));
}

Deno.test("the port in the state is the listener's, and the listener is closed afterwards", () =>
  withScene(async ({ login, bookmarklet, port }) => {
    await login(async (page) => {
      const state = new URL(page).searchParams.get("state") ?? "";
      assertMatch(state, /^\d{4,5}\.[\w-]{43}$/);
      assertEquals(state.split(".")[0], String(port));
      await browse(clickBookmarklet(bookmarklet, page).target ?? "");
    });
    assertEquals(isFree("127.0.0.1", port), true);
  }));

Deno.test("an answer with another state is refused, and the wait goes on", () =>
  withScene(async ({ login, bookmarklet, port }) => {
    const { code } = await login(async (page) => {
      const forged = new URL(page);
      forged.searchParams.set("state", `${port}.${"x".repeat(43)}`);
      const { target: wrong = "" } = clickBookmarklet(bookmarklet, forged.href);
      assertEquals((await browse(wrong)).status, 400);
      await browse(clickBookmarklet(bookmarklet, page).target ?? "");
    });
    assertEquals(code, 0);
  }));

Deno.test("another program on [::1] never gets the code: login says that it is there, and opens no browser", () =>
  withScene(async ({ home, port, sandbox }) => {
    using other = Deno.listen({ hostname: "::1", port });
    void other.accept().catch(() => undefined);
    const { rotating } = sandbox.clients;
    const flags = sandboxFlags(sandbox, rotating, { redirectUri: REDIRECT_URI });
    const argv = ["login", "--listen", `127.0.0.1:${port}`, "--timeout", "2s", ...flags];
    const env = {
      ANAPLAN_CLIENT_SECRET: rotating.clientSecret,
      BROWSER: `touch ${home.path}/opened`,
    };
    const { code, stderr } = await runProgram(argv, { home: home.path, env });
    assertEquals(code, 6, stderr);
    assertStringIncludes(
      stderr,
      `Cannot listen on [::1]:${port}: another program is using the port.`,
    );
    assertEquals(await exists(`${home.path}/opened`), false);
    assert(isFree("127.0.0.1", port), "the half that was free is given back");
  }));

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** What a click did. */
interface Clicked {
  /** Where the page went; `undefined` when it stayed. */
  readonly target: string | undefined;
  /** The page's own address afterwards, as the history has it. */
  readonly address: string;
  /** What was said in a box. */
  readonly told: string | undefined;
}

/** Clicks the bookmarklet on the page with this address. */
function clickBookmarklet(text: string, address: string): Clicked {
  if (!text.startsWith("javascript:")) throw new Error(`Not a bookmarklet: ${text}`);
  const script = decodeURIComponent(text.slice("javascript:".length));
  const { search, pathname } = new URL(address);
  let clicked: Clicked = { target: undefined, address, told: undefined };
  const location = {
    search,
    pathname,
    replace: (target: string) => void (clicked = { ...clicked, target }),
  };
  const history = {
    replaceState: (_: unknown, __: unknown, path: string) =>
      void (clicked = { ...clicked, address: new URL(path, address).href }),
  };
  const alert = (told: string): void => void (clicked = { ...clicked, told });
  new Function("location", "history", "alert", script)(location, history, alert);
  return clicked;
}
