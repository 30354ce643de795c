// Whose login it is (OpenID Connect Core 1.0, section 5.3.2): what userinfo says counts only if it says it
// of the user that the id_token named.
import { formatWords } from "../../src/base/words.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { login } from "../../src/commands/login.ts";
import { exchangeCode } from "../../src/oauth/authorization_code.ts";
import { refresh } from "../../src/oauth/refresh.ts";
import type { AuthorizationServer } from "../../src/oauth/wire.ts";
import { parseTokenSet, type TokenSet } from "../../src/oauth/token_set.ts";
import { serializeTokenSet } from "../../src/oauth/token_sets.ts";
import { fakeSystem, type NetworkStep } from "../support/fake_system.ts";
import { idToken } from "../support/id_token.ts";
import { ISSUER, ISSUER_PROFILE, issuerScene, metadata } from "../support/issuer_scene.ts";
import { LOGIN, STALE, storedLogin, tokenAnswer } from "../support/logins.ts";
import { CLIENT, KNOWN_SERVER, responseQuery, SERVER, someAttempt } from "../support/oauth.ts";
import { type CommandRun, runCommandLine } from "../support/run_command_line.ts";
import { signIn } from "../support/sign_in_scene.ts";

async function exchanged(server: AuthorizationServer): Promise<TokenSet> {
  const attempt = await someAttempt({ server });
  const id_token = idToken({ nonce: attempt.nonce?.reveal() });
  const system = fakeSystem({ network: [tokenAnswer({ id_token })] });
  return (await exchangeCode(attempt, responseQuery(attempt), system)).tokenSet;
}

Deno.test("a login keeps the subject of its id_token, where an issuer is known", async () => {
  assertEquals((await exchanged(KNOWN_SERVER)).subject, "ada");
  assertEquals((await exchanged(SERVER)).subject, undefined);
});

Deno.test("the subject comes back from the disk", () => {
  const text = serializeTokenSet({ ...LOGIN, subject: "ada" });
  assertEquals(parseTokenSet(text).subject, "ada");
});

Deno.test("a refresh keeps the subject, and learns it where none was kept", async () => {
  const refreshed = async (subject: string | undefined, sub?: string): Promise<unknown> => {
    const answer = tokenAnswer(sub === undefined ? {} : { id_token: idToken({ sub }) });
    const before = subject === undefined ? STALE : { ...STALE, subject };
    const system = fakeSystem({ network: [answer] });
    return (await refresh(before, KNOWN_SERVER, CLIENT, system)).tokenSet.subject;
  };
  assertEquals(await refreshed("ada"), "ada");
  assertEquals(await refreshed("ada", "eve"), "ada");
  assertEquals(await refreshed(undefined, "ada"), "ada");
});

const EVE = { sub: "eve", name: "Eve", email: "eve@example.com" };
const ADA = { ...EVE, sub: "ada" };

function asked(command: readonly string[], claims: unknown, subject?: string): Promise<CommandRun> {
  const login = subject === undefined ? LOGIN : { ...LOGIN, subject };
  return askedAs(login, command, Response.json(claims));
}

async function askedAs(
  login: TokenSet,
  command: readonly string[],
  ...network: NetworkStep[]
): Promise<CommandRun> {
  const profile = { ...ISSUER_PROFILE, authUrl: "https://auth.example.com" };
  using scene = issuerScene(login, [], { profile });
  return await runCommandLine([...command, "--config-dir", scene.configDir], { network });
}

const NOT_ADA: Readonly<Record<string, unknown>> = {
  "another user": EVE,
  "no user": { name: "Eve", email: "eve@example.com" },
  "a number": { ...EVE, sub: 7 },
};
for (const [what, claims] of Object.entries(NOT_ADA)) {
  Deno.test(`userinfo that names ${what} is exit 4, and nothing of what it says is printed`, async () => {
    for (const command of [["whoami"], ["whoami", "--json"], ["status", "--check"]]) {
      const { code, stdout, stderr } = await asked(command, claims, "ada");
      assertEquals([code, stdout], [4, ""]);
      assert(!/eve/i.test(stderr), stderr);
      assertStringIncludes(stderr, "Cannot say who you are: as.example.com");
    }
  });
}

Deno.test("validate asks userinfo, and believes no other user's", async () => {
  const rejected = Response.json({ status: "FAILURE_BAD_CREDENTIAL" }, { status: 401 });
  const login = { ...LOGIN, subject: "ada" };
  const { code } = await askedAs(login, ["validate"], rejected, Response.json(EVE));
  assertEquals(code, 4);
});

Deno.test("userinfo that names the user of the id_token is believed", async () => {
  const { code, stdout } = await asked(["whoami"], ADA, "ada");
  assertEquals(code, 0);
  assertMatch(stdout, /^Eve <eve@example\.com>/);
});

Deno.test("a login without an id_token believes userinfo, as OAuth alone does", async () => {
  assertEquals((await asked(["whoami"], EVE)).code, 0);
  assertEquals((await asked(["whoami"], { name: "Eve" })).code, 0);
});

Deno.test("login warns of userinfo that names another user, and does not print that", async () => {
  let nonce = "";
  const answer = (): Response => tokenAnswer({ id_token: idToken({ nonce }) });
  await using at = signIn([metadata(), answer, Response.json(EVE)], {
    openBrowser(url) {
      const { searchParams } = new URL(url);
      nonce = searchParams.get("nonce") ?? "";
      const back = new URLSearchParams({ state: searchParams.get("state") ?? "", code: "a-code" });
      void at.listener.visit(`https://127.0.0.1:8443/callback?${back}`);
      return Promise.resolve(true);
    },
  });
  const { text } = await login({ ...at.flags, issuer: ISSUER, scope: "openid" }, at.context);
  assertMatch(formatWords(text), /^✓ Signed in, [^\n]+\.\n/);
  assertMatch(at.context.talk.warned.join(), /answers for another user than the one who signed in/);
});

Deno.test("a refresh that brings the tokens of another user is exit 4, and they are saved", async () => {
  const stranger = tokenAnswer({ id_token: idToken({ sub: "eve", iss: ISSUER }) });
  using scene = issuerScene({ ...STALE, subject: "ada" }, []);
  const { code, stderr } = await runCommandLine(["refresh", "--config-dir", scene.configDir], {
    network: [stranger],
  });
  assertEquals(code, 4, stderr);
  assertStringIncludes(stderr, "the id_token is not for this login");
  const { accessToken, subject } = storedLogin(scene.configDir);
  assertEquals([accessToken.reveal(), subject], ["new-access", "ada"]);
});

Deno.test("the tokens of another user are used by no later command, until a sign-in or a refresh that is right", async () => {
  const answered = (sub: string) => tokenAnswer({ id_token: idToken({ sub, iss: ISSUER }) });
  using scene = issuerScene({ ...STALE, subject: "ada" }, []);
  const at = ["--config-dir", scene.configDir];
  assertEquals((await runCommandLine(["token", ...at], { network: [answered("eve")] })).code, 4);
  for (const command of [["token"], ["status"], ["exec", "--", "true"]]) {
    const [name = "", ...rest] = command;
    const { code, stdout, stderr } = await runCommandLine([name, ...at, ...rest]);
    assertEquals(code, 3, name);
    assertStringIncludes(stdout + stderr, "brought tokens that are not for your login");
  }
  assertEquals((await runCommandLine(["refresh", ...at], { network: [answered("eve")] })).code, 4);
  assertEquals((await runCommandLine(["token", ...at])).code, 3);
  assertEquals((await runCommandLine(["refresh", ...at], { network: [answered("ada")] })).code, 0);
  assertEquals((await runCommandLine(["token", ...at])).code, 0);
});

Deno.test("a refresh is judged by the user of the sign-in alone, and needs no id_token", async () => {
  const verdict = async (subject: string | undefined, sub?: string): Promise<string> => {
    const answer = tokenAnswer(sub === undefined ? {} : { id_token: idToken({ sub }) });
    const before = subject === undefined ? STALE : { ...STALE, subject };
    const grant = await refresh(before, KNOWN_SERVER, CLIENT, fakeSystem({ network: [answer] }));
    return (await grant.judge()).kind;
  };
  assertEquals(await verdict("ada", "ada"), "fine");
  assertEquals(await verdict("ada", "eve"), "wrong");
  assertEquals(await verdict("ada"), "fine");
  assertEquals(await verdict(undefined, "eve"), "fine");
});

Deno.test("a sign-in without an id_token keeps the user that userinfo names first", async () => {
  await using at = signIn([metadata(), tokenAnswer(), Response.json(ADA)], {
    openBrowser(url) {
      const state = new URL(url).searchParams.get("state") ?? "";
      const back = new URLSearchParams({ state, code: "a-code" });
      void at.listener.visit(`https://127.0.0.1:8443/callback?${back}`);
      return Promise.resolve(true);
    },
  });
  await login({ ...at.flags, issuer: ISSUER, scope: "openid" }, at.context);
  assertStringIncludes(at.context.talk.warned.join(), "the provider sent no id_token");
  assertEquals(storedLogin(at.flags.configDir).subject, "ada");
  const later = { network: [Response.json(EVE)] };
  assertEquals(
    (await runCommandLine(["whoami", "--config-dir", at.flags.configDir], later)).code,
    4,
  );
});
