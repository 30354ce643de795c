// What people see: the screens of a day, in a terminal of 80×24 at the sandbox. Each is a text in screens/; what differs
// from run to run is replaced by as many characters, so that lines break where they broke. UPDATE_GOLDEN=1 writes them anew.
import { assertEquals } from "@std/assert";
import { writeJson } from "../hostile/stale_login.ts";
import { startSandbox } from "../sandbox/sandbox.ts";
import { freePort } from "../support/free_port.ts";
import { type Home, makeHome } from "../support/home.ts";
import { testWith } from "../support/needs.ts";
import { addressAfterSignIn } from "../support/remote_browser.ts";
import { browse } from "../support/scripted_browser.ts";
import { registeredListener, sandboxFlags } from "../support/sign_in.ts";
import { signedIn } from "../support/signed_in.ts";
import { commandLineOf } from "../support/task_command.ts";
import { findTmux, startTmux, type Window } from "../support/tmux.ts";
import { splitWords } from "../support/words.ts";

const FOLDER = new URL("screens/", import.meta.url);
const UPDATES = Deno.env.get("UPDATE_GOLDEN") === "1";
/** How long a window may need to show the rest, and to be still, in milliseconds. */
const [PATIENCE, STILL] = [5_000, 400];
const WAITS = /^>$/m;
const ADDRESS = /https:\/\/\S+response_type=code\S+/;

interface Typing {
  readonly home?: Home;
  /** Words that are not seen: those that lead to the sandbox. */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

testWith(findTmux(), "each screen of a day is as it was recorded", async (path, test) => {
  await using sandbox = await startSandbox({ deviceIntervalSeconds: 1 });
  await using tmux = await startTmux(path);
  await using homes = new AsyncDisposableStack();
  const listener = registeredListener(sandbox);
  const { rotating } = sandbox.clients;
  const closedPort = freePort();
  const newHome = async (): Promise<Home> => {
    const home = homes.use(await makeHome());
    await Deno.writeTextFile(`${home.path}/ca.pem`, sandbox.caPem, { mode: 0o644 });
    return home;
  };
  const ada = await newHome();
  await signedIn({ ...sandbox, caFile: `${ada.path}/ca.pem` }, ada, { listener });
  const toSandbox = sandboxFlags(sandbox, rotating, listener);

  async function open(line: string, { home = ada, flags = [], env = {} }: Typing = {}) {
    const { program, args } = await commandLineOf([...splitWords(line).slice(1), ...flags]);
    const pane = await tmux.open({
      ...{ columns: 80, rows: 24, home: home.path, typed: line, command: [program, ...args] },
      env: { TZ: morning(), ...env },
    });
    const changing = {
      "~": home.path,
      "<SBX>": new URL(sandbox.origin).port,
      "<PRT>": String(listener.port),
      "<CLO>": String(closedPort),
    };
    return { ...pane, record: (name: string) => compare(name, pane, changing) };
  }
  /** Types the line, and records what is there at its end. */
  async function ended(name: string, line: string, typing?: Typing): Promise<void> {
    await using pane = await open(line, typing);
    await pane.end();
    await pane.record(name);
  }
  /** A home like Ada's, with other values in her login and her settings. */
  async function copied(login: object = {}, settings: object = {}): Promise<Home> {
    const copy = await newHome();
    const files = { config: {}, "profiles/default": settings, "credentials/default": login };
    for (const [name, fields] of Object.entries(files)) {
      const text = await Deno.readTextFile(`${ada.configDir}/${name}.json`);
      const own = JSON.parse(text.replaceAll(ada.path, copy.path));
      await writeJson(copy, `${name}.json`, { ...own, ...fields });
    }
    return copy;
  }
  const fresh = async (): Promise<Typing> => {
    const env = { ANAPLAN_CLIENT_SECRET: rotating.clientSecret };
    return { home: await newHome(), flags: toSandbox, env };
  };

  await test.step("a stored login", async () => {
    await ended("bare-signed-in", "anaplan-auth");
    await ended("bare-signed-out", "anaplan-auth", { home: await newHome() });
    await ended("help", "anaplan-auth help");
    await ended("help-login", "anaplan-auth help login");
    await ended("whoami", "anaplan-auth whoami");
    await ended("status", "anaplan-auth status");
    await ended("profile-list", "anaplan-auth profile list");
    await ended("doctor", "anaplan-auth doctor", {
      home: await copied({ obtainedAt: Date.now() - 5 * 60_000 }),
    });
    await ended("logout", "anaplan-auth logout", { home: await copied() });
  });

  await test.step("what is wrong", async () => {
    await ended("secret-as-flag", "anaplan-auth login --client-secret 12345");
    await ended("misspelled-command", "anaplan-auth whoam");
    await ended("unknown-region", "anaplan-auth profile set --region nowhere");
    const apiUrl = `https://127.0.0.1:${closedPort}`;
    const away = await copied({ origins: [apiUrl] }, { apiUrl });
    await ended("unreachable", "anaplan-auth whoami", { home: away });
    const rejected = { refreshToken: "an-unknown-refresh-token", expiresAt: Date.now() - 1_000 };
    const home = await copied(rejected);
    {
      await using pane = await open("anaplan-auth whoami", { home });
      await pane.shows(/^Sign in now\?/m);
      await pane.record("rejected-offer");
    }
    await ended("status-rejected", "anaplan-auth status", { home });
    await ended("doctor-rejected", "anaplan-auth doctor", { home });
  });

  await test.step("a sign-in with a browser", async () => {
    await using pane = await open("anaplan-auth login", await fresh());
    await pane.shows(WAITS);
    await pane.record("login-waiting");
    const [address] = await pane.shows(ADDRESS);
    assertEquals((await browse(address)).status, 200);
    await pane.end();
    await pane.record("login-signed-in");
    await ended("login-timeout", "anaplan-auth login --timeout 1s", await fresh());
  });

  await test.step("a sign-in with a paste", async () => {
    await using pane = await open("anaplan-auth login --paste", await fresh());
    await pane.shows(WAITS);
    const [address] = await pane.shows(ADDRESS);
    const foreign = new URL(await addressAfterSignIn(sandbox, address));
    foreign.searchParams.set("state", "another");
    await pane.type(foreign.href);
    await pane.press("Enter");
    await pane.shows(/another sign-in/);
    await pane.record("login-paste-wrong");
  });

  await test.step("a sign-in with a device code", async () => {
    const { clientId } = sandbox.clients.device;
    const device = ["--device-client-id", clientId, "--device-endpoint", sandbox.endpoints.device];
    const flags = [...device, ...toSandbox.slice(2)];
    await using pane = await open("anaplan-auth login --device", { home: await newHome(), flags });
    await pane.shows(/^Waiting for your approval/m);
    await pane.record("device-waiting");
  });

  await test.step("a first sign-in", async () => {
    const typing = { home: await newHome(), flags: toSandbox.slice(2, -2) };
    await using pane = await open("anaplan-auth login", typing);
    const answers: readonly (readonly [string, RegExp, string])[] = [
      ["region", /^Region/m, ""],
      ["client-id", /^Client ID/m, rotating.clientId],
      ["secret", /^Client secret/m, rotating.clientSecret],
      ["callback", /^Callback URL/m, listener.redirectUri],
      ["ready", /^Ready to sign in\?/m, ""],
    ];
    for (const [name, question, text] of answers) {
      await pane.shows(question);
      if (name !== "client-id") await pane.record(`first-${name}`);
      if (name === "callback") await pane.press("C-u");
      await pane.type(text);
      await pane.press("Enter");
    }
    await pane.shows(WAITS);
  });
});

/** Compares what a window shows with what is kept, once it has shown it or for as long as its patience lasts. */
async function compare(
  name: string,
  pane: Window,
  changing: Readonly<Record<string, string>>,
): Promise<void> {
  const file = new URL(`${name}.txt`, FOLDER);
  const look = async (): Promise<string> => `${steady((await pane.shown()).text, changing)}\n`;
  const kept = UPDATES ? undefined : await Deno.readTextFile(file);
  const until = Date.now() + PATIENCE;
  let seen = await look();
  for (let before = ""; seen !== (kept ?? before) && Date.now() < until; seen = await look()) {
    before = seen;
    await new Promise((resolve) => setTimeout(resolve, UPDATES ? STILL : STILL / 4));
  }
  if (UPDATES) await Deno.writeTextFile(file, seen);
  else assertEquals(seen, kept, `${file.pathname}; UPDATE_GOLDEN=1 writes what is shown into it`);
}

/** The text without what differs at every run. */
function steady(text: string, changing: Readonly<Record<string, string>>): string {
  const masked = (name: string) => ({ length }: string) =>
    `<${name}${"·".repeat(Math.max(0, length - name.length - 2))}>`;
  return Object.entries(changing).reduce((all, [name, value]) => all.replaceAll(value, name), text)
    .replace(/(?<=\b(?:state|nonce|code_challenge)=(?:<PRT>\.)?)[\w-]{43}\b/g, masked("RANDOM"))
    .replace(/(?<=SHA-256\s)[0-9A-F]{4}…[0-9A-F]{4}/g, masked("PRINT"))
    .replace(/\b(?=[B-Z-]*[A-Z])[B-Z]{4}-[B-Z]{4}\b/g, masked("CODE"))
    .replace(/^ *[▀▄█][ ▀▄█]*[▀▄█]$/gm, "  (a row of the QR code)")
    .replace(/\b\d?\d:\d\d(?=\s+left|\))/g, (time) => time.replace(/\d/g, "n"))
    .replace(/(?<=at most )\d+(?= s\b)/g, "N")
    .replace(/\b20\d\d-\d\d-\d\d\b/g, "yyyy-mm-dd")
    .replace(/(?<![\d:])\d\d:\d\d(?![\d:])/g, "hh:mm")
    .replace(/\b3[345] min\b/g, "NN min")
    .replace(/(?<=^[✓!] Clock +)\d s (?:ahead of|behind)/gm, "N s behind");
}

/** A time zone in which it is between nine and ten o'clock, so that what is near is of this day. */
function morning(): string {
  const offset = (9 - new Date().getUTCHours() + 24) % 24;
  return offset <= 12 ? `Etc/GMT-${offset}` : `Etc/GMT+${24 - offset}`;
}
