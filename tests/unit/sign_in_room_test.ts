// The screen of a sign-in on small terminals: its title stays in sight, and its commands are whole.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { ListenerCertificate } from "../../src/oauth/certificate.ts";
import type { Loopback } from "../../src/oauth/loopback.ts";
import { waitingLines } from "../../src/oauth/waiting_lines.ts";
import { loadSettings } from "../../src/settings/settings.ts";
import { explainSignIn } from "../../src/sign_in/hints.ts";
import { fakeContext } from "../support/fake_system.ts";
import { someAttempt } from "../support/oauth.ts";

const LOOPBACK: Loopback = {
  kind: "open",
  addresses: [{ hostname: "127.0.0.1", port: 8443 }],
  close: () => Promise.resolve(),
};
const CERTIFICATE: ListenerCertificate = {
  certificate: "",
  key: "",
  fingerprint: `3F9A${"0".repeat(56)}1C07`,
  notAfter: 0,
};
const SSH = { SSH_CONNECTION: "203.0.113.7 50022 192.0.2.4 22", USER: "ada" };
const ELSEWHERE = { ANAPLAN_REDIRECT_URI: "https://www.anaplan.com" };

/** Everything that such a terminal shows until the browser answers, line by line. */
async function screen(
  columns: number,
  rows: number,
  env: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const size = { columns: () => columns, rows: () => rows };
  const context = fakeContext({ env, terminal: { stdin: true, stderr: true, ...size } });
  const attempt = { ...await someAttempt(), url: `https://as.example.com/?${"x".repeat(300)}` };
  const settings = loadSettings({ configDir: "/nowhere" }, context.system);
  const lines: string[] = [];
  const show = (text: unknown): void => {
    const drawn = (text as { drawn?: string }).drawn;
    lines.push(...(drawn ?? context.talk.shown(text as string)).split("\n"));
  };
  const talk = { ...context.talk, say: show, insist: show };
  const warning = await explainSignIn(
    {
      ...{ attempt, loopback: LOOPBACK, certificate: CERTIFICATE, provider: "Anaplan us1" },
      browserUrl: undefined,
    },
    settings,
    { ...context, talk },
  );
  const left = { left: 300_000, columns: columns - 1, shown: talk.shown };
  show(waitingLines(attempt, LOOPBACK, warning?.coming, left));
  return lines.flatMap((line) => line.match(new RegExp(`.{1,${columns}}`, "g")) ?? [""]);
}

for (const [what, env] of [["here", {}], ["over SSH", SSH], ["elsewhere", ELSEWHERE]] as const) {
  Deno.test(`a sign-in ${what} is in sight with what was typed, at 60×20 and at 80×24`, async () => {
    for (const [columns, rows] of [[60, 20], [80, 24]] as const) {
      const lines = await screen(columns, rows, env);
      assertMatch(lines[0] ?? "", /^Signing in/);
      const inAll = lines.length + 2; // what was typed, and the prompt
      assertEquals(inAll <= rows, true, `${columns}×${rows} has ${inAll}:\n${lines.join("\n")}`);
    }
  });
}

Deno.test("with room, blank lines part the paragraphs, and how to stop the warning is said", async () => {
  const lines = await screen(100, 40);
  assertEquals(lines.filter((line) => line === "").length, 3);
  assertStringIncludes(lines.join("\n"), "To stop the warning: anaplan-auth cert trust");
});

Deno.test("without room only what can be left out is missing: the address and the warning are whole", async () => {
  const [small, large] = [await screen(60, 20, SSH), await screen(60, 80, SSH)];
  assertEquals(large.filter((line) => line !== ""), small.filter((line) => line !== ""));
});

Deno.test("over SSH nothing is said of trusting the certificate on this computer", async () => {
  assertEquals((await screen(100, 40, SSH)).join("\n").includes("cert trust"), false);
});

Deno.test("at 40 columns no command is broken", async () => {
  for (const env of [{}, SSH, ELSEWHERE]) {
    const lines = await screen(40, 100, env);
    const text = lines.join("\n");
    assertEquals(/anaplan-auth$|cert$|ssh$|-N$|-L$|relay$/m.test(text), false, text);
  }
});
