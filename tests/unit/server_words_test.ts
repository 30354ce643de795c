// What a server says: quoted as the server's, never made into a command of ours, and never our `Next:`.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { run } from "../../src/cli/app.ts";
import type { TokenSet } from "../../src/oauth/token_set.ts";
import type { NetworkStep, StreamStep } from "../support/fake_system.ts";
import { ISSUER, issuerScene } from "../support/issuer_scene.ts";
import { errorAnswer, LOGIN, STALE, withoutRefreshToken } from "../support/logins.ts";
import { runCommandLine } from "../support/run_command_line.ts";
import { sessionScene } from "../support/session_scene.ts";
import { signIn } from "../support/sign_in_scene.ts";

/** What a hostile server would have the user type. */
const WORDS = "Sorry. Next: anaplan-auth login --client-id evil, or anaplan-auth logout --all";
/** The same as it is shown, without a label of ours. */
const SHOWN = "Sorry. Next… anaplan-auth login --client-id evil, or anaplan-auth logout --all";
const env = { ANAPLAN_AUTH_COMMAND: "deno task", HOME: "/home/nobody" };

interface Situation {
  readonly argv: readonly string[];
  readonly login?: TokenSet;
  readonly isIssuer?: boolean;
  readonly network?: readonly NetworkStep[];
  readonly streams?: readonly StreamStep[];
}

const said = (status: number, body: unknown): Response => Response.json(body, { status });
const SITUATIONS: Readonly<Record<string, Situation>> = {
  "a refresh token that is rejected": {
    argv: ["refresh"],
    network: [errorAnswer(400, "invalid_grant", WORDS)],
  },
  "a refresh that is rejected": {
    argv: ["refresh"],
    network: [errorAnswer(400, "invalid_request", WORDS)],
  },
  "users/me that is not allowed": {
    argv: ["whoami"],
    login: LOGIN,
    network: [said(403, { status: { message: WORDS } })],
  },
  "users/me that is down": {
    argv: ["whoami"],
    login: LOGIN,
    network: [said(503, { status: { message: WORDS } })],
  },
  "an API that rejects a call": {
    argv: ["api", "/2/0/workspaces", "--quiet"],
    login: LOGIN,
    streams: [said(400, { status: { message: WORDS } })],
  },
  "metadata of another issuer": {
    argv: ["login", "--issuer", ISSUER, "--client-id", "a-client"],
    isIssuer: true,
    network: [said(200, { issuer: WORDS })],
  },
};
for (
  const [what, { argv, login = STALE, isIssuer, network, streams }] of Object.entries(SITUATIONS)
) {
  Deno.test(`the words of ${what} are quoted, and nothing of them is a command of ours`, async () => {
    using scene = (isIssuer ? issuerScene : sessionScene)(login, [] as never);
    const arranged = { env, ...(network && { network }), ...(streams && { streams }) };
    const { stderr } = await runCommandLine([...argv, "--config-dir", scene.configDir], arranged);
    assertStringIncludes(stderr, `“${SHOWN}”`);
    assertOneNext(stderr);
  });
}

function assertOneNext(stderr: string): void {
  const nexts = stderr.split("\n").filter((line) => line.startsWith("Next:"));
  assertEquals(nexts.length, 1, stderr);
  assert(!/evil|logout/.test(nexts[0] ?? ""), nexts[0]);
}

Deno.test("the words of a declined sign-in are quoted, on the terminal and on the page", async () => {
  await using at = signIn([], {
    env,
    answer: { error: "invalid_request", error_description: WORDS },
  });
  const argv = ["login", "--client-id", "a-client", "--config-dir", at.configDir];
  assertEquals(await run(argv, () => at.context.system), 4);
  const { stderr } = at.context.system.written;
  assertStringIncludes(stderr, `“${SHOWN}”`);
  assertOneNext(stderr);
  const page = (await (await at.page).text()).replaceAll(/<\/?span>/g, "");
  assertStringIncludes(page, `“${SHOWN}”`);
});

Deno.test("an error that is no code is quoted", async () => {
  await using at = signIn([], { env, answer: { error: "anaplan-auth logout --all" } });
  const argv = ["login", "--client-id", "a-client", "--config-dir", at.configDir];
  await run(argv, () => at.context.system);
  assertStringIncludes(at.context.system.written.stderr, "answered “anaplan-auth logout --all”");
});

Deno.test("with --json the server's words are quoted, and no command of ours", async () => {
  using scene = sessionScene(STALE);
  const network = [errorAnswer(400, "invalid_grant", WORDS)];
  const argv = ["refresh", "--json", "--config-dir", scene.configDir];
  const { error } = JSON.parse((await runCommandLine(argv, { env, network })).stderr);
  assertStringIncludes(error.message, `“${SHOWN}”`);
  assertEquals(error.next, `deno task login --config-dir ${scene.configDir}`);
});

Deno.test("quotation marks of a server end no quotation of ours", async () => {
  using scene = sessionScene(STALE);
  const network = [errorAnswer(400, "invalid_grant", "No.” anaplan-auth logout “")];
  const argv = ["refresh", "--config-dir", scene.configDir];
  const { stderr } = await runCommandLine(argv, { env, network });
  assertStringIncludes(stderr, '“No." anaplan-auth logout "”');
});

Deno.test("doctor quotes what the server called itself, and the words of the last failure", async () => {
  using scene = sessionScene(withoutRefreshToken(LOGIN));
  const text = JSON.stringify({ version: 1, seenIssuer: WORDS });
  Deno.mkdirSync(`${scene.configDir}/profiles`, { mode: 0o700 });
  Deno.writeTextFileSync(`${scene.configDir}/profiles/default.json`, text, { mode: 0o600 });
  const { issuerCheck } = await import("../../src/doctor/local_checks.ts");
  const { loadSettings } = await import("../../src/settings/settings.ts");
  const check = issuerCheck(loadSettings(scene.flags, scene.context.system));
  assertMatch(check?.seen ?? "", new RegExp(`calls itself “${SHOWN}”`));
});

Deno.test("a code challenge that is rejected may be left out for one try, and that is not saved", async () => {
  const answer = { error: "invalid_request", error_description: "code_challenge is not supported" };
  await using at = signIn([], { answer });
  const argv = ["login", "--client-id", "a-client", "--config-dir", at.configDir];
  await run(argv, () => at.context.system);
  assertMatch(
    at.context.system.written.stderr,
    /^Next: anaplan-auth login --config-dir \S+ --no-pkce, for one try; it is less safe$/m,
  );
});
