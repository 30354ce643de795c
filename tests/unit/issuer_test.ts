// Another provider than Anaplan: whose endpoints are used, and that Anaplan never hears of it.
import { formatWords } from "../../src/base/words.ts";
import { authorizationServer } from "../../src/provider/authorization_server.ts";
import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { fetchUser } from "../../src/provider/provider.ts";
import { login, type LoginFlags } from "../../src/commands/login.ts";
import { logout } from "../../src/commands/logout.ts";
import { refresh } from "../../src/commands/refresh.ts";
import { status, statusInShort } from "../../src/commands/status.ts";
import { validate } from "../../src/commands/validate.ts";
import { whoami } from "../../src/commands/whoami.ts";
import type { CommandContext, CommonFlags, Reply } from "../../src/command.ts";
import { CliError } from "../../src/base/errors.ts";
import { loadProfile, type Profile } from "../../src/settings/profiles.ts";
import { saveProfile } from "../../src/settings/profiles.ts";
import { loadSettings, type SettingFlags, type Settings } from "../../src/settings/settings.ts";
import { fakeContext, fakeSystem } from "../support/fake_system.ts";
import { ISSUER, ISSUER_PROFILE, issuerScene, metadata } from "../support/issuer_scene.ts";
import { boundTo, LOGIN, STALE, tokenAnswer, webPage } from "../support/logins.ts";
import { signIn } from "../support/sign_in_scene.ts";
import { nextOf, textOf } from "../support/shown.ts";

const ADA = { sub: "1", name: "Ada Lovelace", email: "ada@example.com" };

function settings(profile: Profile, flags: SettingFlags = {}): Settings {
  using scene = issuerScene(undefined, [], { profile });
  return loadSettings({ ...scene.flags, ...flags }, scene.context.system);
}

Deno.test("with an issuer the endpoints are those of its metadata", () => {
  const server = authorizationServer(settings(ISSUER_PROFILE));
  const { name, issuer, authorizationEndpoint, tokenEndpoint } = server;
  assertEquals([name, issuer], ["as.example.com", ISSUER]);
  assertEquals([authorizationEndpoint, tokenEndpoint], [`${ISSUER}/authorize`, `${ISSUER}/token`]);
  assertEquals([server.deviceEndpoint, server.revocationEndpoint], [
    `${ISSUER}/device`,
    `${ISSUER}/revoke`,
  ]);
});

Deno.test("endpoints that are given by hand win over the metadata", () => {
  const byHand = {
    authorizationEndpoint: "https://a.example.com/authorize",
    tokenEndpoint: "https://b.example.com/token",
    deviceEndpoint: "https://c.example.com/device",
    revocationEndpoint: "https://d.example.com/revoke",
  };
  const { authorizationEndpoint, tokenEndpoint, deviceEndpoint, revocationEndpoint } =
    authorizationServer(settings(ISSUER_PROFILE, byHand));
  assertEquals(
    { authorizationEndpoint, tokenEndpoint, deviceEndpoint, revocationEndpoint },
    byHand,
  );
});

for (const name of ["authorization", "token"] as const) {
  Deno.test(`metadata without a ${name} endpoint is a usage error that names the flag`, async () => {
    const { [`${name}Endpoint` as const]: _, ...discovered } = ISSUER_PROFILE.discovered;
    const error = await assertRejects(
      () => Promise.try(() => authorizationServer(settings({ ...ISSUER_PROFILE, discovered }))),
      CliError,
    );
    assertEquals(error.kind, "usage");
    assertStringIncludes(nextOf(error), `--${name}-endpoint`);
  });
}

Deno.test("the metadata of one issuer says nothing about another", () => {
  const other = settings(ISSUER_PROFILE, { issuer: "https://other.example.com" });
  assertEquals(other.discovered, undefined);
});

Deno.test("login at an issuer asks for its metadata first, and keeps it in the profile", async () => {
  const lists = { id_token_signing_alg_values_supported: ["ES256"] };
  await using at = signIn([metadata(lists), tokenAnswer(), Response.json(ADA)]);
  const { text } = await login({ ...at.flags, issuer: ISSUER, scope: "email" }, at.context);
  assertStringIncludes(formatWords(text), "✓ Signed in as Ada Lovelace <ada@example.com>, ");
  assertEquals(at.context.system.requests.map(({ url }) => url), [
    `${ISSUER}/.well-known/openid-configuration`,
    `${ISSUER}/token`,
    `${ISSUER}/userinfo`,
  ]);
  const { issuer, discovered } = loadProfile(at.configDir, "default") ?? {};
  assertEquals([issuer, discovered?.userinfoEndpoint], [ISSUER, `${ISSUER}/userinfo`]);
  assertEquals(discovered?.idTokenAlgorithms, ["ES256"]);
});

Deno.test("what the metadata lists goes with the authorization server", () => {
  const lists = { idTokenAlgorithms: ["ES256"], clientAuthMethods: ["client_secret_basic"] };
  const discovered = { ...ISSUER_PROFILE.discovered, ...lists };
  const server = authorizationServer(settings({ ...ISSUER_PROFILE, discovered }));
  assertEquals({ ...server, ...lists }, server);
});

/** The `prompt` of the authorization request. */
async function promptFor(flags: Partial<LoginFlags>): Promise<string | null> {
  let prompt: string | null = null;
  await using at = signIn("issuer" in flags ? [metadata()] : [], {
    openBrowser(url) {
      prompt = new URL(url).searchParams.get("prompt");
      void at.listener.visit(`https://127.0.0.1:8443/callback?${new URLSearchParams({
        error: "access_denied",
        state: new URL(url).searchParams.get("state") ?? "",
      })}`);
      return Promise.resolve(true);
    },
  });
  await assertRejects(() => login({ ...at.flags, ...flags }, at.context), CliError);
  return prompt;
}

Deno.test("offline_access at an issuer goes with prompt=consent, and never at Anaplan", async () => {
  assertEquals(await promptFor({ issuer: ISSUER, scope: "a offline_access" }), "consent");
  assertEquals(await promptFor({ issuer: ISSUER, scope: "a" }), null);
  assertEquals(await promptFor({ scope: "offline_access" }), null);
});

Deno.test("--prompt says what the page is to ask, and an empty one leaves it out", async () => {
  const flags = { issuer: ISSUER, scope: "a offline_access" };
  assertEquals(await promptFor({ ...flags, prompt: "login" }), "login");
  assertEquals(await promptFor({ ...flags, prompt: "" }), null);
  assertEquals(await promptFor({ prompt: "select_account" }), "select_account");
});

Deno.test("a refresh sends its credentials in the header where the metadata says that alone works", async () => {
  const discovered = { ...ISSUER_PROFILE.discovered, clientAuthMethods: ["client_secret_basic"] };
  using scene = issuerScene(STALE, [tokenAnswer()], { profile: { ...ISSUER_PROFILE, discovered } });
  await refresh(scene.flags, scene.context);
  const [request] = scene.context.system.requests;
  assertMatch(request?.headers?.authorization ?? "", /^Basic /);
  assertEquals(request?.body?.includes("client-secret"), false);
});

Deno.test("whoami asks the issuer's userinfo endpoint", async () => {
  using scene = issuerScene(LOGIN, [Response.json(ADA)]);
  const { text } = await whoami(scene.flags, scene.context);
  assertMatch(text, /^Ada Lovelace <ada@example\.com>\n/);
  assertStringIncludes(text, "default, as.example.com");
  const [request] = scene.context.system.requests;
  assertEquals(request?.url, `${ISSUER}/userinfo`);
  assertEquals(request?.headers?.authorization, "Bearer old-access");
});

Deno.test("whoami at an issuer without a userinfo endpoint is a usage error, and sends nothing", async () => {
  const { userinfoEndpoint: _, ...discovered } = ISSUER_PROFILE.discovered;
  using scene = issuerScene(LOGIN, [], { profile: { ...ISSUER_PROFILE, discovered } });
  const error = await assertRejects(() => whoami(scene.flags, scene.context), CliError);
  assertEquals(error.kind, "usage");
});

Deno.test("a rejected, a broken and an unavailable userinfo answer are different errors", async () => {
  const kinds = [];
  const steps = [new Response(null, { status: 401 }), webPage(200), webPage(503)];
  for (const step of steps) {
    const at = settings(ISSUER_PROFILE);
    const system = fakeSystem({ network: [step] });
    kinds.push(
      (await assertRejects(() => fetchUser(boundTo(LOGIN, at), at, system), CliError)).kind,
    );
  }
  assertEquals(kinds, ["login_required", "unavailable", "unavailable"]);
});

Deno.test("no control character of a userinfo endpoint reaches the terminal", async () => {
  using scene = issuerScene(LOGIN, [Response.json({ sub: "1\x07", name: "A\x1b[31mda\u202e" })]);
  const { text } = await whoami(scene.flags, scene.context);
  // deno-lint-ignore no-control-regex
  assertEquals(/[\x00-\x09\x0b-\x1f\u202e]/.test(text), false);
});

Deno.test("where no userinfo endpoint says who you are, sign-in and status go on with token", async () => {
  await using at = signIn([metadata({ userinfo_endpoint: undefined }), tokenAnswer()]);
  const signedIn = await login({ ...at.flags, issuer: ISSUER, scope: "email" }, at.context);
  assertMatch(textOf(signedIn), /\nNext: anaplan-auth token$/);
  const { userinfoEndpoint: _, ...discovered } = ISSUER_PROFILE.discovered;
  using scene = issuerScene(LOGIN, [], { profile: { ...ISSUER_PROFILE, discovered } });
  const here = fakeContext({ env: { ANAPLAN_AUTH_CONFIG_DIR: scene.configDir } });
  const said = formatWords(await statusInShort(here));
  assertMatch(said, /^anaplan-auth token, api, logout/m);
});

Deno.test("validate at an issuer is a usage error that names --auth-url, and sends nothing", async () => {
  using scene = issuerScene(LOGIN, []);
  const error = await assertRejects(() => validate(scene.flags, scene.context), CliError);
  assertEquals([error.kind, scene.context.system.requests.length], ["usage", 0]);
  assertStringIncludes(nextOf(error), "--auth-url");
});

Deno.test("logout at an issuer revokes at its endpoint alone", async () => {
  using scene = issuerScene(LOGIN, [new Response(), new Response()]);
  const { text } = await logout(scene.flags, scene.context);
  assertMatch(text, /^Signed out, here and at as\.example\.com/);
  const urls = scene.context.system.requests.map(({ url }) => url);
  assertEquals(urls, [`${ISSUER}/revoke`, `${ISSUER}/revoke`]);
});

type Command = (flags: CommonFlags, context: CommandContext) => Promise<Reply>;
/** What each command asks the issuer with a fresh login; a stale one is refreshed first. */
const ASKED: readonly (readonly [name: string, command: Command, paths: readonly string[]])[] = [
  ["whoami", whoami, ["/userinfo"]],
  ["refresh", refresh, ["/token"]],
  ["validate", validate, []],
  ["logout", logout, ["/revoke", "/revoke"]],
  ["status --check", (flags, context) => status({ ...flags, check: true }, context), ["/userinfo"]],
];
Deno.test("with an issuer no command sends anything to Anaplan", async () => {
  for (const [name, command, paths] of ASKED) {
    for (const before of [LOGIN, STALE]) {
      const isRefreshed = before === STALE && paths.includes("/userinfo");
      for (const isKnown of [true, false]) {
        using scene = issuerScene(before, Array.from({ length: 9 }, () => () => tokenAnswer()));
        const discovered = isKnown ? ISSUER_PROFILE.discovered : {};
        saveProfile(scene.configDir, "default", { ...ISSUER_PROFILE, discovered }, () => {});
        const error = await command(scene.flags, scene.context).then(
          () => undefined,
          (error) => error,
        );
        const isDone = name === "logout" || (isKnown && paths.length > 0);
        assertEquals(error?.kind, isDone ? undefined : "usage", name);
        const expected = isKnown ? [...(isRefreshed ? ["/token"] : []), ...paths] : [];
        assertEquals(
          scene.context.system.requests.map(({ url }) => url),
          expected.map((path) => ISSUER + path),
          name,
        );
      }
    }
  }
});
