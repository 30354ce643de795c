// What the terminal shows while the browser is open.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { type ListenerCertificate, saveAccepted } from "../../src/oauth/certificate.ts";
import type { Loopback } from "../../src/oauth/loopback.ts";
import { type ConnectionFlags, loadSettings } from "../../src/settings/settings.ts";
import { explainSignIn } from "../../src/sign_in/hints.ts";
import { type Arranged, type FakeContext, fakeContext } from "../support/fake_system.ts";
import { someAttempt } from "../support/oauth.ts";
import { nextOf } from "../support/shown.ts";
import { tempDir } from "../support/temp_dir.ts";

const ADDRESS = { hostname: "127.0.0.1", port: 8443 };
const OPEN: Loopback = { kind: "open", addresses: [ADDRESS], close: () => Promise.resolve() };
const TAKEN: Loopback = { kind: "taken", address: ADDRESS };
const PERSON = { terminal: { stdin: true, stderr: true } };
const CERTIFICATE: ListenerCertificate = {
  certificate: "",
  key: "",
  fingerprint: `3F9A${"0".repeat(56)}1C07`,
  notAfter: 0,
};

const WAITING = { certificate: CERTIFICATE, provider: "Anaplan us1" };

interface Told extends FakeContext {
  readonly url: string;
  /** The addresses at which the browser was opened. */
  readonly opened: readonly string[];
  /** How much had been insisted on by then. */
  readonly insistedBefore: number;
}

const START_PAGE = "http://127.0.0.1:49152/a-nonce";

async function told(
  loopback: Loopback | undefined,
  flags: ConnectionFlags & { browserUrl?: string | undefined } = {},
  arranged: Arranged = {},
): Promise<Told> {
  const opened: string[] = [];
  let insistedBefore = 0;
  const openBrowser = (url: string): Promise<boolean> => {
    insistedBefore = context.talk.insisted.length;
    return Promise.resolve(opened.push(url) > 0);
  };
  const context = fakeContext({ openBrowser, ...arranged });
  const attempt = await someAttempt();
  const settings = loadSettings({ configDir: "/nowhere", ...flags }, context.system);
  const { browserUrl } = { browserUrl: START_PAGE, ...flags };
  await explainSignIn({ ...WAITING, attempt, loopback, browserUrl }, settings, context);
  return { ...context, url: attempt.url, opened, insistedBefore };
}

const OPENING = "Opening your browser. If nothing opens, go to:";

Deno.test("the browser is opened at its start page, and the sign-in page is alone on its line", async () => {
  const { opened, url, talk } = await told(OPEN);
  assertEquals(opened, [START_PAGE]);
  assertEquals(talk.insisted, [OPENING, `${url}\n`]);
});

Deno.test("without an address for the browser it is not opened, and the sign-in page printed", async () => {
  const { opened, url, talk } = await told(OPEN, { browserUrl: undefined });
  assertEquals(opened, []);
  assertEquals(talk.insisted, ["Open this page in a browser:", `${url}\n`]);
});

Deno.test("that no browser could be started is said, not that one is being opened", async () => {
  const { talk } = await told(OPEN, {}, { openBrowser: () => Promise.resolve(false) });
  assertEquals(
    talk.insisted[0],
    "No browser could be started here. Open this page in a browser on this computer:",
  );
});

Deno.test("an opener that is still busy after a moment counts as opening", async () => {
  const { talk } = await told(OPEN, {}, { openBrowser: () => new Promise(() => {}) });
  assertEquals(talk.insisted[0], OPENING);
});

Deno.test("the certificate warning is announced with the listener's own fingerprint", async () => {
  const { talk } = await told(OPEN);
  const text = talk.said.join(" ").replaceAll("\n", " ");
  assertStringIncludes(text, "Your browser will warn about https://127.0.0.1:8443.");
  assertStringIncludes(text, "3F9A…1C07");
  assertStringIncludes(text, "To stop the warning: anaplan-auth cert trust");
});

Deno.test("the warning is not announced for a certificate that was accepted, but for a new one", async () => {
  using dir = tempDir();
  const configDir = dir.path;
  saveAccepted(configDir, CERTIFICATE);
  assertEquals((await told(OPEN, { configDir })).talk.said.length, 1);
  saveAccepted(configDir, { ...CERTIFICATE, fingerprint: "another" });
  assertEquals((await told(OPEN, { configDir })).talk.said.length, 2);
});

Deno.test("a redirect URI elsewhere is said, since the browser will end there", async () => {
  const { talk } = await told(OPEN, { redirectUri: "https://www.anaplan.com/" });
  assertStringIncludes(
    talk.insisted.join("\n"),
    "https://www.anaplan.com/, which is not this computer",
  );
  assertStringIncludes(talk.insisted.join("\n"), "a button on https://127.0.0.1:8443/");
  assertStringIncludes(talk.said.join("\n"), "warn about https://127.0.0.1:8443"); // the relay's end
});

const WHY = {
  taken: "another program is using the port",
  refused: "the system does not allow it",
  unsupported: "this computer has no such address",
};
for (const kind of ["taken", "refused", "unsupported"] as const) {
  Deno.test(`on a terminal a port that is ${kind} is said before the browser opens, and the user can paste`, async () => {
    const { talk, insistedBefore } = await told({ kind, address: ADDRESS }, {}, PERSON);
    assertEquals(insistedBefore, 1);
    assertEquals(talk.insisted[0], `Cannot listen on 127.0.0.1:8443: ${WHY[kind]}.\n`);
  });

  Deno.test(`without a terminal a port that is ${kind} is an error, before any browser opens`, async () => {
    const context = fakeContext(); // its browser fails when it is opened
    const attempt = await someAttempt();
    const settings = loadSettings({ configDir: "/nowhere" }, context.system);
    const loopback = { kind, address: ADDRESS };
    const waiting = { ...WAITING, attempt, loopback, browserUrl: START_PAGE };
    const error = await assertRejects(
      () => explainSignIn(waiting, settings, context),
      CliError,
    );
    assertStringIncludes(error.message, "Cannot listen on 127.0.0.1:8443");
    assertStringIncludes(nextOf(error), "lsof -i :8443");
    assertEquals(context.talk.insisted, []);
  });
}

Deno.test("with --quiet, what is needed to go on is still said, and the rest is not", async () => {
  const { talk } = await told(TAKEN, {}, PERSON);
  assertEquals(talk.said.length, 1); // who signs in where; everything else is insisted on
});
