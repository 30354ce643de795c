// What people do today with the tutorial's two programs, done with this one: the table of
// docs/from-the-tutorial.md, row by row.
// Rule: one row, one test, found by the row's first column; CLIENT and SECRET are all that the program gets
// besides where the sandbox is. It is a process where stdin or other processes belong to the row.
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.ts";
import { clickBookmarklet } from "../support/bookmarklet.ts";
import { freePort } from "../support/free_port.ts";
import { runHere, type RunningHere, startHere } from "../support/here.ts";
import { type Home, makeHome } from "../support/home.ts";
import { findPython } from "../support/needs.ts";
import { type Outcome, runProgram, startProgram } from "../support/program.ts";
import { browse } from "../support/scripted_browser.ts";
import { registeredListener, sandboxFlags, SIGN_IN_ADDRESS } from "../support/sign_in.ts";
import { openTerminal } from "../support/terminal.ts";

const TABLE = new URL("../../docs/from-the-tutorial.md", import.meta.url);
const REDIRECT_URI = "https://www.anaplan.com";
const MINUTE = 60_000;
const PYTHON = await findPython();

/** A user with the tutorial's two variables and nothing saved. */
interface Person {
  readonly sandbox: Sandbox;
  readonly home: Home;
  /** Runs a command as a later shell would, in which the two variables are not set. */
  run(...argv: readonly string[]): Promise<Outcome>;
  /** The same in a process of its own. */
  runProgram(...argv: readonly string[]): Promise<Outcome>;
  login(how?: Login): Promise<Outcome & { readonly address: string }>;
}

interface Login {
  readonly flags?: readonly string[];
  readonly redirectUri?: string;
  /** What they do with the printed address; opens it unless told otherwise. */
  readonly act?: (address: string, program: RunningHere) => Promise<unknown>;
  /** Whether something is to be typed. */
  readonly hasStdin?: boolean;
}

async function withPerson(act: (person: Person) => Promise<void>): Promise<void> {
  await using sandbox = await startSandbox();
  await using home = await makeHome();
  await act({
    sandbox,
    home,
    run: (...argv) => runHere(argv, { home: home.path }),
    runProgram: (...argv) => runProgram(argv, { home: home.path }),
    async login({ flags = [], redirectUri, act = browse, hasStdin } = {}) {
      const { clientId: CLIENT, clientSecret: SECRET } = sandbox.clients.rotating;
      const where = sandboxFlags(sandbox, { clientId: CLIENT }, {
        redirectUri: redirectUri ?? registeredListener(sandbox).redirectUri,
      }).slice(2); // the client id comes from CLIENT
      const argv = ["login", ...where, ...flags];
      const options = { home: home.path, env: { CLIENT, SECRET } };
      await using program = hasStdin
        ? await startProgram(argv, { ...options, stdin: { open: true } })
        : startHere(argv, options);
      const [address] = await program.said(SIGN_IN_ADDRESS);
      await act(address, program);
      return { ...await program.outcome, address };
    },
  });
}

/** By the first column of the table. */
const ROWS: Readonly<Record<string, (person: Person) => Promise<void>>> = {
  async "set `CLIENT` and `SECRET`"({ login, home, sandbox, run }) {
    assertEquals((await login({ hasStdin: true })).code, 0);
    assertEquals((await home.credentials())?.clientSecret, sandbox.clients.rotating.clientSecret);
    const { code, stdout } = await run("refresh", "--json");
    assertEquals([code, JSON.parse(stdout).refreshed], [0, true]);
  },

  async "print the authorization URL"({ login, sandbox }) {
    const { address, stderr } = await login({ flags: ["--no-browser"] });
    assertEquals(address.split("?")[0], sandbox.endpoints.authorization);
    assertEquals(new URL(address).searchParams.get("client_id"), sandbox.clients.rotating.clientId);
    assertStringIncludes(stderr, "Open this page in a browser:");
    assertStringIncludes((await login()).stderr, "Opening your browser.");
  },

  async "copy the redirect URL back by hand"({ login, home }) {
    const act = async (address: string, program: RunningHere): Promise<void> => {
      const { url } = await browse(address); // no server listens there
      await program.write(`${url}\n`);
    };
    const { code, stdout } = await login({ flags: ["--paste", "--json"], act, hasStdin: true });
    assertEquals([code, JSON.parse(stdout).method], [0, "paste"]);
    assertEquals(typeof (await home.credentials())?.accessToken, "string");
    const caught = await login({ flags: ["--json"] });
    assertEquals([caught.code, JSON.parse(caught.stdout).method], [0, "loopback"]);
  },

  async "print the token"({ login, home, run }) {
    await login();
    const { code, stdout } = await run("token");
    assertEquals([code, stdout], [0, `${(await home.credentials())?.accessToken}\n`]);
  },

  async "`GET users/me`, `/profile`"({ login, run, sandbox }) {
    await login();
    const { code, stdout } = await run("whoami");
    assertEquals(code, 0);
    assertStringIncludes(stdout, "Ada Lovelace <ada@example.com>");
    assertStringIncludes(stdout, sandbox.user.id);
  },

  async "`GET /token/validate`, `/validate`"({ login, run, sandbox }) {
    await login();
    const { code, stdout } = await run("validate");
    assertEquals(code, 0);
    assertMatch(stdout, /^The access token is valid until /);
    assertEquals(sandbox.requests.at(-1)?.path, "/token/validate");
  },

  async "`/automatic_refresh`"({ login, run, home }) {
    await login();
    const before = await home.credentials();
    for (const command of ["whoami", "token", "validate"]) {
      await home.changeCredentials({ expiresAt: Date.now() - MINUTE }); // as the tutorial does
      assertEquals((await run(command)).code, 0);
      assert(((await home.credentials())?.expiresAt ?? 0) > Date.now() + 30 * MINUTE);
    }
    assertNotEquals((await home.credentials())?.accessToken, before?.accessToken);
  },

  async "`/manual_refresh`"({ login, run, home }) {
    await login();
    const before = await home.credentials();
    const { code, stdout } = await run("refresh");
    assertEquals(code, 0);
    assertMatch(stdout, /^Refreshed\. The access token is valid until /);
    assertNotEquals((await home.credentials())?.accessToken, before?.accessToken);
  },

  async "`/logout`"({ login, run, home, sandbox }) {
    await login();
    assertEquals((await run("logout")).code, 0);
    assertEquals(await home.credentials(), undefined);
    const { path, status } = sandbox.requests.at(-1) ?? {};
    assertEquals([path, status], ["/token/logout", 204]);
  },

  async "the bookmarklet that rewrites `https://www.anaplan.com/?code=…`"(person) {
    const { login, run, sandbox } = person;
    sandbox.allowRedirectUri(REDIRECT_URI);
    const bookmarklet = (await run("relay", "bookmarklet", "--quiet")).stdout.trim();
    const flags = ["--listen", `127.0.0.1:${freePort()}`, "--json"];
    const act = async (address: string): Promise<void> => {
      const { url } = await browse(address);
      assertMatch(url, /^https:\/\/www\.anaplan\.com\/\?code=/);
      const { target = "" } = clickBookmarklet(bookmarklet, url);
      assertEquals((await browse(target)).status, 200);
    };
    const { code, stdout } = await login({ flags, act, redirectUri: REDIRECT_URI });
    assertEquals([code, JSON.parse(stdout).method], [0, "relay"]);
  },

  async "`/menu`"({ login, run, home }) {
    await login();
    assertMatch((await run()).stdout, /\nStart here\n {2}login/);
    if (PYTHON.path === undefined) return; // how things are is shown on a terminal alone
    await using terminal = await openTerminal([], { python: PYTHON.path, home: home.path });
    const { code, screen } = await terminal.end;
    assertEquals(code, 0);
    assertMatch(
      screen,
      /^Signed in as Ada Lovelace, Anaplan us1 \(profile default\)\.\s+Access token valid for /,
    );
    assertMatch(screen, /All commands: anaplan-auth help/);
  },

  async "the token is lost when the script ends"({ login, runProgram, home }) {
    await login();
    await home.changeCredentials({ expiresAt: Date.now() - MINUTE });
    const tokens = await Promise.all(Array.from({ length: 4 }, () => runProgram("token")));
    assertEquals(tokens.map(({ code }) => code), [0, 0, 0, 0]);
    assertEquals(new Set(tokens.map(({ stdout }) => stdout)).size, 1);
  },
};

for (const [row, test] of Object.entries(ROWS)) {
  Deno.test(`in the tutorial: ${row}`, () => withPerson(test));
}

Deno.test("each row of the table is a test here, and each test a row of the table", async () => {
  const lines = (await Deno.readTextFile(TABLE)).split("\n").filter((line) => /^\| /.test(line));
  const rows = lines.slice(2).map((line) => line.split(" | ")[0]?.replace(/^\| /, "").trim());
  assertEquals(rows, Object.keys(ROWS));
});
