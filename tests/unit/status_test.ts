// The command `status`: what is stored, without any network.
import { written } from "../../src/base/advice.ts";
import { assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { status, statusInShort } from "../../src/commands/status.ts";
import { saveProfile } from "../../src/settings/profiles.ts";
import { isoTime } from "../../src/base/text.ts";
import { clockTime, dateTime } from "../../src/base/times.ts";
import type { TokenSet } from "../../src/store/token_set.ts";
import { fakeContext, START } from "../support/fake_system.ts";
import { issuerScene } from "../support/issuer_scene.ts";
import { LOGIN, loginFile, STALE, withoutRefreshToken } from "../support/logins.ts";
import { sessionScene } from "../support/session_scene.ts";

const TWELVE_HOURS = 12 * 3_600_000;

/** What `status` says of a login. */
async function said(login: TokenSet | undefined): ReturnType<typeof status> {
  using scene = sessionScene(login);
  return await status(scene.flags, scene.context);
}

Deno.test("status shows a good login: its region, client, tokens, scope and file", async () => {
  using scene = sessionScene({ ...LOGIN, clientId: "1f3c0123456789ab9a02" });
  saveProfile(scene.configDir, "default", { region: "eu3" }, () => {});
  const { text, outcome } = await status(scene.flags, scene.context);
  assertEquals(outcome, undefined);
  assertEquals(written(text).split("\n"), [
    "Signed in (profile default).",
    "",
    "Region         eu3, Europe",
    "Client         1f3c…9a02",
    `Access token   good until ${clockTime(LOGIN.expiresAt, START)} (30 min)`,
    `Refresh token  saved ${dateTime(START - 5 * 60_000)}`,
    `Login ends     ${clockTime(START - 5 * 60_000 + TWELVE_HOURS, START)} (12 h), assumed ` +
    "(set --refresh-token-lifetime)",
    "Scope          openid email offline_access",
    `Stored in      ${loginFile(scene.configDir)}`,
  ]);
});

Deno.test("status --json has the keys of the contract", async () => {
  assertEquals((await said(LOGIN)).data, {
    profile: "default",
    region: "us1",
    client_id: "a-client",
    scope: "openid email offline_access",
    logged_in: true,
    expires_at: isoTime(LOGIN.expiresAt),
    refresh_token_saved_at: isoTime(START - 5 * 60_000),
    login_expires_at: isoTime(START - 5 * 60_000 + TWELVE_HOURS),
    login_expiry: "assumed",
    sealed: null,
    store: null,
  });
});

Deno.test("status without a login is exit 3 with the object still there", async () => {
  const { text, data, outcome } = await said(undefined);
  assertEquals(outcome, "login_required");
  assertEquals(written(text), "Not signed in (profile default).\nNext: anaplan-auth login");
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
  });
});

Deno.test("a stale token that can be refreshed is a login", async () => {
  const { text, outcome } = await said(STALE);
  assertEquals(outcome, undefined);
  assertStringIncludes(written(text), "the next command refreshes it");
});

Deno.test("a stale token without a refresh token is no login", async () => {
  const { text, data, outcome } = await said(withoutRefreshToken(STALE));
  assertEquals([outcome, (data as { logged_in: boolean }).logged_in], ["login_required", false]);
  assertMatch(
    written(text),
    /^No longer signed in .*no refresh token\.\nNext: anaplan-auth login$/s,
  );
});

Deno.test("a login that was ended is none once its token is stale, and status says why", async () => {
  const { text, outcome } = await said({ ...STALE, endedBy: "invalid_grant" });
  assertEquals(outcome, "login_required");
  assertStringIncludes(written(text), "No longer signed in (profile default): invalid_grant.");
});

Deno.test("a good token that cannot be refreshed is a login, and status says so", async () => {
  const { text, outcome } = await said({ ...LOGIN, endedBy: "invalid_grant" });
  assertEquals(outcome, undefined);
  assertStringIncludes(written(text), "no longer accepted (invalid_grant)");
  assertStringIncludes(
    written((await said(withoutRefreshToken(LOGIN))).text),
    "none; the login ends with",
  );
});

Deno.test("status says whether the refresh token is replaced at each refresh, once it is known", async () => {
  const text = async (login: TokenSet): Promise<string> => written((await said(login)).text);
  assertNotMatch(await text(LOGIN), /at each refresh/);
  assertStringIncludes(
    await text({ ...LOGIN, refreshTokenRotates: true }),
    "replaced at each refresh",
  );
  assertStringIncludes(
    await text({ ...LOGIN, refreshTokenRotates: false }),
    "kept at each refresh",
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
    written(text),
    "There is no profile prdo; did you mean prod?\nNext: anaplan-auth login --profile prdo",
  );
});

Deno.test("in short, status is two lines at most", async () => {
  using scene = sessionScene(LOGIN);
  const env = { ANAPLAN_AUTH_CONFIG_DIR: scene.configDir };
  assertEquals(
    written(await statusInShort(fakeContext({ env }))),
    `Signed in (profile default, us1). Access token good until ${
      clockTime(LOGIN.expiresAt, START)
    } (30 min).`,
  );
  const none = { ...env, ANAPLAN_PROFILE: "other" };
  assertEquals(
    written(await statusInShort(fakeContext({ env: none }))),
    "Not signed in (profile other).\nNext: anaplan-auth login --profile other",
  );
});

Deno.test("in short, status names the issuer, not a region of Anaplan", async () => {
  using scene = issuerScene(LOGIN, []);
  const env = { ANAPLAN_AUTH_CONFIG_DIR: scene.configDir };
  const text = await statusInShort(fakeContext({ env }));
  assertStringIncludes(written(text), "Signed in (profile default, as.example.com).");
});
