// The command `status`: what is stored, without any network.
import { formatWords } from "../../src/base/words.ts";
import { assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { status, statusInShort } from "../../src/commands/status.ts";
import { saveProfile } from "../../src/settings/profiles.ts";
import { clockTime } from "../../src/base/times.ts";
import type { TokenSet } from "../../src/oauth/token_set.ts";
import { fakeContext, START } from "../support/fake_system.ts";
import { issuerScene } from "../support/issuer_scene.ts";
import { LOGIN, loginFile, STALE, withoutRefreshToken } from "../support/logins.ts";
import { sessionScene } from "../support/session_scene.ts";

const TWELVE_HOURS = 12 * 3_600_000;
const ADAS: TokenSet = { ...LOGIN, name: "Ada Lovelace", email: "ada@example.com" };

/** What `status` says about a login. */
async function said(login: TokenSet | undefined): ReturnType<typeof status> {
  using scene = sessionScene(login);
  return await status(scene.flags, scene.context);
}

Deno.test("status shows who you are, until when the login is valid, its client, scope and file", async () => {
  using scene = sessionScene({ ...ADAS, clientId: "1f3c0123456789ab9a02" });
  saveProfile(scene.configDir, "default", { region: "eu2" }, () => {});
  const { text, outcome } = await status(scene.flags, scene.context);
  assertEquals(outcome, undefined);
  assertEquals(formatWords(text).split("\n"), [
    "Ada Lovelace <ada@example.com>, Anaplan eu2 (profile default)",
    "",
    `Access token   valid until ${
      clockTime(LOGIN.expiresAt, START)
    } (30 min), renewed automatically`,
    `Sign in again  by about ${clockTime(START - 5 * 60_000 + TWELVE_HOURS, START)} (12 h; ` +
    "Anaplan's default, assumed)",
    "Client         1f3c…9a02",
    "Scope          openid email offline_access",
    `Stored in      ${loginFile(scene.configDir)}`,
  ]);
});

Deno.test("status --json has the keys of the contract", async () => {
  assertEquals((await said(ADAS)).data, {
    profile: "default",
    region: "us1",
    client_id: "a-client",
    scope: "openid email offline_access",
    logged_in: true,
    expires_at: new Date(LOGIN.expiresAt).toISOString(),
    refresh_token_saved_at: new Date(START - 5 * 60_000).toISOString(),
    login_expires_at: new Date(START - 5 * 60_000 + TWELVE_HOURS).toISOString(),
    login_expiry: "assumed",
    sealed: null,
    store: null,
    user_name: "Ada Lovelace",
    email: "ada@example.com",
    next: null,
  });
});

Deno.test("status without a login is exit 3 with the object still there", async () => {
  const { text, data, outcome } = await said(undefined);
  assertEquals(outcome, "login_required");
  assertEquals(formatWords(text), "You are not signed in.\nNext: anaplan-auth login");
  assertEquals(data, {
    profile: "default",
    region: "us1",
    client_id: null,
    scope: null,
    logged_in: false,
    expires_at: null,
    refresh_token_saved_at: null,
    login_expires_at: null,
    login_expiry: "unknown",
    sealed: null,
    store: null,
    user_name: null,
    email: null,
    next: "anaplan-auth login",
  });
});

Deno.test("a stale token that can be refreshed is a login", async () => {
  const { text, outcome } = await said(STALE);
  assertEquals(outcome, undefined);
  assertStringIncludes(formatWords(text), "the next command gets a new one");
});

Deno.test("a stale token without a refresh token is no login", async () => {
  const { text, data, outcome } = await said(withoutRefreshToken(STALE));
  assertEquals([outcome, (data as { logged_in: boolean }).logged_in], ["login_required", false]);
  assertMatch(
    formatWords(text),
    /^You are signed out: your login expired .* \(profile default\)\.\nNext: anaplan-auth login$/,
  );
});

Deno.test("status shows a login whose user is not known yet without a name", async () => {
  assertMatch(
    formatWords((await said(LOGIN)).text),
    /^Signed in to Anaplan us1 \(profile default\)\n/,
  );
});

Deno.test("status shows no token, not even its ends", async () => {
  const { text, data } = await said(LOGIN);
  assertNotMatch(text + JSON.stringify(data), /old-|client-secret/);
});

Deno.test("status of a profile that does not exist suggests near names, and is exit 3", async () => {
  using scene = sessionScene(undefined, {}, "prdo");
  saveProfile(scene.configDir, "prod", {}, () => {});
  const { text, outcome } = await status(scene.flags, scene.context);
  assertEquals(outcome, "login_required");
  assertEquals(
    formatWords(text),
    "There is no profile prdo; did you mean prod?\nNext: anaplan-auth status --profile prod",
  );
});

/** What is printed when no command was typed, on a terminal. */
async function inShort(configDir: string, env: Record<string, string> = {}): Promise<string> {
  const context = fakeContext({ env: { ANAPLAN_AUTH_CONFIG_DIR: configDir, ...env } });
  return formatWords(await statusInShort(context));
}

Deno.test("in short, status says who you are and for how long the token is valid", async () => {
  using scene = sessionScene(ADAS);
  assertEquals(
    await inShort(scene.configDir),
    "Signed in as Ada Lovelace, Anaplan us1 (profile default).\n" +
      "Access token valid for 30 min, renewed automatically.\n\n" +
      "anaplan-auth whoami, api, token, logout …   All commands: anaplan-auth help",
  );
  assertEquals(
    await inShort(scene.configDir, { ANAPLAN_PROFILE: "other" }),
    "There is no profile other.\n" +
      "Next: anaplan-auth login --profile other\nAll commands: anaplan-auth help",
  );
});

Deno.test("in short, status puts the help on a line of its own where both do not fit", async () => {
  using scene = sessionScene(undefined);
  const at = async (columns: number): Promise<string> => {
    const env = { ANAPLAN_AUTH_CONFIG_DIR: scene.configDir };
    const context = fakeContext({ env, terminal: { columns: () => columns } });
    return formatWords(await statusInShort(context));
  };
  const [next, more] = ["Next: anaplan-auth login", "All commands: anaplan-auth help"];
  const both = `${next}          ${more}`;
  assertEquals(await at(both.length), `You are not signed in.\n${both}`);
  assertEquals(await at(both.length - 1), `You are not signed in.\n${next}\n${more}`);
});

Deno.test("in short, status names the issuer, not a region of Anaplan", async () => {
  using scene = issuerScene(LOGIN, []);
  assertStringIncludes(
    await inShort(scene.configDir),
    "Signed in to as.example.com (profile default).",
  );
});
