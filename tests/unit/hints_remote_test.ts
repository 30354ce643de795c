// What the terminal shows when the browser is on another computer than the listener.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Loopback } from "../../src/oauth/loopback.ts";
import { loadSettings } from "../../src/settings/settings.ts";
import { explainSignIn } from "../../src/sign_in/hints.ts";
import { type Arranged, fakeContext } from "../support/fake_system.ts";
import { someAttempt } from "../support/oauth.ts";

const SSH = { SSH_CONNECTION: "203.0.113.7 50022 192.0.2.4 22", USER: "ada" };

/** What is insisted on with a listener on that port. */
async function told(arranged: Arranged, port = 8443): Promise<{ text: string }> {
  const context = fakeContext(arranged);
  const address = { hostname: "127.0.0.1", port };
  const close = (): Promise<void> => Promise.resolve();
  const loopback: Loopback = { kind: "open", addresses: [address], close };
  const attempt = await someAttempt();
  const settings = loadSettings({ configDir: "/nowhere" }, context.system);
  const waiting = { attempt, loopback, provider: "Anaplan us1" };
  await explainSignIn(
    { ...waiting, certificate: undefined, browserUrl: undefined },
    settings,
    context,
  );
  return { text: context.talk.insisted.join("\n") };
}

/** The line that is to be typed on the other computer. */
async function sshLine(env: Readonly<Record<string, string>>, port?: number): Promise<string> {
  const { text } = await told({ env }, port);
  return text.split("\n").find((line) => line.startsWith("ssh ")) ?? "";
}

Deno.test("over SSH the forwarding to type on the other computer is alone on its line", async () => {
  assertEquals(await sshLine(SSH), "ssh -N -L 8443:127.0.0.1:8443 ada@192.0.2.4");
});

Deno.test("over SSH the steps come in the order in which they are done", async () => {
  const { text } = await told({ env: SSH });
  assertMatch(
    text,
    /^You are connected over SSH. On your own computer, run:\nssh .*\n\nThen open this page there:\nhttps:/,
  );
});

Deno.test("the forwarding begins where the redirect URI leads, and ends where the listener is", async () => {
  assertEquals(await sshLine(SSH, 8446), "ssh -N -L 8443:127.0.0.1:8446 ada@192.0.2.4");
});

Deno.test("with a relay, which gets the listener's port, both ends have that port", async () => {
  const env = { ...SSH, ANAPLAN_REDIRECT_URI: "https://www.anaplan.com" };
  assertEquals(await sshLine(env, 8446), "ssh -N -L 8446:127.0.0.1:8446 ada@192.0.2.4");
});

Deno.test("an SSH server on another port is said with -p", async () => {
  const env = { ...SSH, SSH_CONNECTION: "2001:db8::7 50022 2001:db8::4 2222" };
  assertEquals(await sshLine(env), "ssh -N -L 8443:127.0.0.1:8443 -p 2222 ada@2001:db8::4");
});

Deno.test("the user is LOGNAME's where USER is not set, and a word to replace where neither is", async () => {
  const { SSH_CONNECTION } = SSH;
  assertStringIncludes(await sshLine({ SSH_CONNECTION, LOGNAME: "bob" }), " bob@192.0.2.4");
  assertStringIncludes(await sshLine({ SSH_CONNECTION }), " USER@192.0.2.4");
});

Deno.test("an SSH_CONNECTION that says nothing leaves words to replace", async () => {
  const line = await sshLine({ SSH_CONNECTION: "x", USER: "ada" });
  assertEquals(line, "ssh -N -L 8443:127.0.0.1:8443 ada@HOST");
});

Deno.test("in a container the hint is about the container, and names the port", async () => {
  const { text } = await told({ isContainer: () => Promise.resolve(true) }, 8444);
  assertStringIncludes(text, "This is a container. Your browser reaches port 8444 in it");
  assertStringIncludes(text, "--network host");
  assertEquals(text.includes("ssh -N"), false);
});

Deno.test("over SSH into a container the forwarding is the hint", async () => {
  const { text } = await told({ env: SSH, isContainer: () => Promise.resolve(true) });
  assertEquals([text.includes("ssh -N"), text.includes("container")], [true, false]);
});

Deno.test("at one's own computer there is no such hint", async () => {
  const { text } = await told({ env: { USER: "ada", DISPLAY: ":0" } });
  assertEquals(/ssh|container/.test(text), false);
});

for (
  const [what, arranged] of [["SSH", { env: SSH }], ["container", {
    isContainer: () => Promise.resolve(true),
  }]] as const
) {
  Deno.test(`no line of the ${what} hint is longer than 80 columns`, async () => {
    const { text } = await told(arranged);
    assertStringIncludes(text, what);
    const lines = text.split("\n").filter((line) => !line.startsWith("https://"));
    assertEquals(lines.filter((line) => line.length > 80), []);
  });
}
