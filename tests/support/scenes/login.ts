// Screens of a sign-in, as it goes on.
// Rule: the test is the user with the browser.
import { assertEquals } from "@std/assert";
import { addressAfterSignIn } from "../remote_browser.ts";
import { browse } from "../scripted_browser.ts";
import { gatedFault, type Recorded, type Stage, type Typing, visit } from "../stage.ts";
import type { Scene } from "./states.ts";

const WAITS = /^>$/m;
const CODE = /^Open {7}(\S+)\nand enter {2}(\S+)$/m;

/** How `login` gets to the sandbox from a home without a login. */
export async function fresh(
  at: Stage,
  env: Readonly<Record<string, string>> = {},
): Promise<Typing> {
  const { clientSecret } = at.sandbox.clients.rotating;
  const variables = { ANAPLAN_CLIENT_SECRET: clientSecret, ...env };
  return { home: await at.newHome(), flags: at.flags, env: variables };
}

async function waiting(at: Stage, name: string, line: string, typing: Typing): Promise<void> {
  await using pane = await at.open(line, typing);
  await pane.shows(WAITS);
  await pane.record(name);
  await pane.press("C-c");
  await pane.end();
}

function device(at: Stage, clientId: string): readonly string[] {
  const { endpoints } = at.sandbox;
  const where = ["--device-client-id", clientId, "--device-endpoint", endpoints.device];
  return [...where, ...at.flags.slice(2)];
}

async function answered(pane: Recorded, release: () => void): Promise<void> {
  const page = visit(pane);
  await pane.shows(/^Answer received/m);
  await pane.record("login-answer-received");
  release();
  assertEquals(await page, 200);
  await pane.end();
}

const both = gatedFault("/oauth/token");

/** The scenes. */
export const loginScenes: readonly Scene[] = [
  {
    name: "the usual sign-in",
    faults: both.faults,
    async play(at) {
      const typing = await fresh(at);
      await using pane = await at.open("anaplan-auth login", typing);
      await pane.shows(WAITS);
      await pane.record("login-waiting");
      const { port } = at.listener;
      const browser = await Deno.connectTls({ hostname: "127.0.0.1", port });
      await browser.handshake().catch(() => undefined); // it does not trust the certificate
      browser.close();
      await pane.shows(/^Your browser shows a warning/m);
      await pane.record("login-certificate-warning");
      await answered(pane, both.arrive);
      await pane.record("login-signed-in");
      const { home = at.home } = typing;
      await at.ended("refresh", "anaplan-auth refresh", { home });
      await waiting(at, "login-again", "anaplan-auth login", { home });
    },
  },
  {
    name: "other ways to the page",
    async play(at) {
      await waiting(
        at,
        "login-no-browser-here",
        "anaplan-auth login",
        await fresh(at, { BROWSER: "false" }),
      );
      await waiting(at, "login-no-browser", "anaplan-auth login --no-browser", await fresh(at));
      const ssh = { SSH_CONNECTION: "10.0.0.9 50000 10.0.0.2 22", USER: "ada", BROWSER: "" };
      await waiting(at, "login-ssh", "anaplan-auth login", await fresh(at, ssh));
      await waiting(at, "login-paste", "anaplan-auth login --paste", await fresh(at));
    },
  },
  {
    name: "a paste",
    async play(at) {
      await using pane = await at.open("anaplan-auth login --paste", await fresh(at));
      await pane.shows(WAITS);
      const [address] = await pane.shows(/https:\/\/\S+response_type=code\S+/);
      const pasted = await addressAfterSignIn(at.sandbox, address);
      const foreign = new URL(pasted);
      foreign.searchParams.set("state", "another");
      for (const [text, name] of [[foreign.href, "wrong"], [pasted, "signed-in"]] as const) {
        await pane.type(text);
        await pane.press("Enter");
        if (name === "wrong") await pane.shows(/another sign-in/);
        else await pane.end();
        await pane.record(`login-paste-${name}`);
      }
    },
  },
  {
    name: "a port that is taken",
    async play(at) {
      using _other = Deno.listen({ hostname: "127.0.0.1", port: at.listener.port });
      await waiting(at, "login-port-taken", "anaplan-auth login", await fresh(at));
    },
  },
  {
    name: "a callback URL that is elsewhere",
    async play(at) {
      const redirectUri = "https://www.anaplan.com/";
      at.sandbox.allowRedirectUri(redirectUri);
      const typing = await fresh(at);
      const flags = [...at.flags.slice(0, -2), "--redirect-uri", redirectUri];
      const line = "anaplan-auth login --listen 127.0.0.1:$PORT";
      await waiting(at, "login-callback-elsewhere", line, { ...typing, flags });
    },
  },
  {
    name: "time is up",
    async play(at) {
      await at.ended("login-timeout", "anaplan-auth login --timeout 1s", await fresh(at));
    },
  },
  {
    name: "a device",
    async play(at) {
      const home = await at.newHome();
      const { rotating, device: { clientId } } = at.sandbox.clients;
      const typing = { home, flags: device(at, clientId) };
      const line = "anaplan-auth login --device";
      {
        await using pane = await at.open(line, typing);
        await pane.shows(/^Waiting for your approval/m);
        await pane.record("device-waiting");
        const [, page, code] = await pane.shows(CODE);
        await browse(`${page}?user_code=${code}`);
        await pane.end();
        await pane.record("device-signed-in");
      }
      {
        await using pane = await at.open(`${line} --profile sandbox`, typing);
        await pane.shows(/^Waiting for your approval/m);
        await pane.record("device-waiting-profile");
        await pane.press("C-c");
        await pane.end();
      }
      const wrong = { home, flags: device(at, rotating.clientId) };
      await at.ended("device-wrong-client", line, wrong);
      await at.ended("device-timeout", `${line} --timeout 1s`, typing);
    },
  },
];
