// When a login expires, by what is known about it; and what `status --expires-within` makes of that.
import { formatWords } from "../../src/base/words.ts";
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { refresh as refreshCommand } from "../../src/commands/refresh.ts";
import { status } from "../../src/commands/status.ts";
import { loginExpiry } from "../../src/session/expiry.ts";
import { type Profile, saveProfile } from "../../src/settings/profiles.ts";
import { clockTime } from "../../src/base/times.ts";
import type { TokenSet } from "../../src/oauth/token_set.ts";
import { START } from "../support/fake_system.ts";
import { LOGIN, STALE, storedLogin, tokenAnswer, withoutRefreshToken } from "../support/logins.ts";
import { sessionScene } from "../support/session_scene.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SAVED = START - 5 * MINUTE;
const ISSUER = "https://as.example.com";

const ROWS: Readonly<
  Record<string, readonly [TokenSet, Profile, ReturnType<typeof loginExpiry>["kind"], number?]>
> = {
  "without a refresh token it expires with the access token": [
    withoutRefreshToken(LOGIN),
    {},
    "known",
    LOGIN.expiresAt,
  ],
  "a refresh token that is no longer accepted is none": [
    { ...LOGIN, endedBy: "invalid_grant" },
    {},
    "known",
    LOGIN.expiresAt,
  ],
  "what the server said counts, whatever is configured": [
    { ...LOGIN, refreshTokenExpiresAt: START + 2 * HOUR, refreshTokenRotates: false },
    { refreshTokenLifetime: HOUR },
    "known",
    START + 2 * HOUR,
  ],
  "it never ends before its access token": [
    { ...LOGIN, refreshTokenExpiresAt: START - HOUR },
    {},
    "known",
    LOGIN.expiresAt,
  ],
  "a configured lifetime counts for a refresh token that is kept at each refresh": [
    { ...LOGIN, refreshTokenSavedAt: SAVED, refreshTokenRotates: false },
    { refreshTokenLifetime: 2 * HOUR },
    "configured",
    SAVED + 2 * HOUR,
  ],
  "Anaplan's refresh token that is kept at each refresh never ends, as far as is known": [
    { ...LOGIN, refreshTokenRotates: false },
    {},
    "never",
  ],
  "what an administrator has set is counted from when the refresh token was saved": [
    { ...LOGIN, refreshTokenRotates: true },
    { refreshTokenLifetime: 2 * HOUR },
    "configured",
    SAVED + 2 * HOUR,
  ],
  "for Anaplan twelve hours are assumed": [LOGIN, {}, "assumed", SAVED + 12 * HOUR],
  "for another provider it is unknown, even when the token is kept": [
    { ...LOGIN, refreshTokenRotates: false },
    { issuer: ISSUER },
    "unknown",
  ],
  "for another provider it can also be set": [
    LOGIN,
    { issuer: ISSUER, refreshTokenLifetime: 2 * HOUR },
    "configured",
    SAVED + 2 * HOUR,
  ],
};

for (const [what, [login, profile, kind, at]] of Object.entries(ROWS)) {
  Deno.test(`when a login expires: ${what}`, async () => {
    const { data } = await statusOf(login, profile);
    const { login_expiry, login_expires_at } = data as Record<string, unknown>;
    assertEquals([login_expiry, login_expires_at], [
      kind,
      at === undefined ? null : new Date(at).toISOString(),
    ]);
  });
}

async function statusOf(
  login: TokenSet | undefined,
  profile: Profile,
  expiresWithin?: number,
): ReturnType<typeof status> {
  using scene = sessionScene(login);
  saveProfile(scene.configDir, "default", profile, () => {});
  const flags = expiresWithin === undefined ? scene.flags : { ...scene.flags, expiresWithin };
  return await status(flags, scene.context);
}

Deno.test("status has one line about it, which says how it is known", async () => {
  const line = async (login: TokenSet, profile: Profile = {}): Promise<string> =>
    /^Sign in again +(.*)$/m.exec(formatWords((await statusOf(login, profile)).text))?.[1] ?? "";
  const at = (time: number): string => clockTime(time, START);
  assertEquals([
    await line(LOGIN),
    await line(LOGIN, { refreshTokenLifetime: 2 * HOUR }),
    await line({ ...LOGIN, refreshTokenExpiresAt: START + 3 * HOUR }),
    await line({ ...LOGIN, refreshTokenRotates: false }),
    await line(withoutRefreshToken(LOGIN)),
    await line(LOGIN, { issuer: ISSUER }),
  ], [
    `by about ${at(SAVED + 12 * HOUR)} (12 h; Anaplan's default, assumed)`,
    `by ${at(SAVED + 2 * HOUR)} (115 min; --refresh-token-lifetime)`,
    `by ${at(START + 3 * HOUR)} (3 h)`,
    "not needed: each refresh keeps the refresh token",
    `by ${at(LOGIN.expiresAt)} (30 min; there is no refresh token)`,
    "unknown (set --refresh-token-lifetime)",
  ]);
  const { text } = await statusOf({ ...LOGIN, refreshTokenSavedAt: START - 24 * HOUR }, {
    refreshTokenLifetime: 500 * HOUR,
  });
  assertEquals(
    formatWords(text).split("\n").filter((row) => /^Sign in/.test(row) && row.length > 80),
    [],
  );
});

Deno.test("--expires-within is satisfied by a login that lasts longer, never ends, or may", async () => {
  for (
    const [login, profile] of [
      [LOGIN, {}],
      [{ ...LOGIN, refreshTokenRotates: false }, {}],
      [LOGIN, { issuer: ISSUER }],
    ] as const
  ) {
    const { outcome, text } = await statusOf(login, profile, 11 * HOUR);
    assertEquals(outcome, undefined);
    assertMatch(formatWords(text), /^Signed in to/);
  }
});

Deno.test("--expires-within fails with what ends when, what is assumed, and what renews it", async () => {
  const reply = await statusOf(LOGIN, {}, 24 * HOUR);
  assertEquals([reply.outcome, reply.kind], ["login_required", "news"]);
  assertEquals(
    formatWords(reply.text),
    `Your login (profile default) expires at ${clockTime(SAVED + 12 * HOUR, START)} (12 h), ` +
      "by Anaplan's default of 12 h (if yours differs: " +
      "anaplan-auth profile set default --refresh-token-lifetime TIME).\n" +
      "Next: sign in before that time: anaplan-auth login", // a refresh brings 12 h, not 24
  );
  const sooner = { ...LOGIN, refreshTokenSavedAt: START - 11 * HOUR };
  const renewed = await statusOf(sooner, {}, 6 * HOUR);
  assertMatch(formatWords(renewed.text), /\nNext: anaplan-auth refresh$/);
  assertEquals((reply.data as { logged_in: boolean }).logged_in, true);
});

Deno.test("--expires-within says to sign in where a refresh makes nothing last longer", async () => {
  const kept = { ...LOGIN, refreshTokenRotates: false, refreshTokenExpiresAt: START + HOUR };
  const past = { ...STALE, refreshTokenExpiresAt: START - 1 };
  const refused = { ...LOGIN, endedBy: "invalid_grant" };
  for (const login of [kept, past, refused, withoutRefreshToken(LOGIN)]) {
    const { text, outcome } = await statusOf(login, {}, 2 * HOUR);
    assertEquals(outcome, "login_required");
    assertMatch(
      formatWords(text),
      /^(Your login \(profile default\) expires|You are signed out: )[^\n]*\.\nNext: (sign in before that time: )?anaplan-auth login$/,
    );
  }
  assertStringIncludes(
    formatWords((await statusOf(refused, {}, 0)).text),
    "Anaplan rejected your login",
  );
});

Deno.test("--expires-within also says on stderr that you are not signed in", async () => {
  const { text, outcome, kind } = await statusOf(undefined, {}, HOUR);
  assertEquals([outcome, kind], ["login_required", "news"]);
  assertEquals(formatWords(text), "You are not signed in.\nNext: anaplan-auth login");
});

async function endAfterRefresh(login: TokenSet, fields: object): Promise<number | undefined> {
  using scene = sessionScene(login, { network: [tokenAnswer({ ...fields })] });
  await refreshCommand(scene.flags, scene.context);
  return storedLogin(scene.configDir).refreshTokenExpiresAt;
}

Deno.test("how long a refresh token is valid is taken from either of its names", async () => {
  assertEquals(await endAfterRefresh(LOGIN, { refresh_token_expires_in: 3600 }), START + HOUR);
  assertEquals(await endAfterRefresh(LOGIN, { refresh_expires_in: "3600" }), START + HOUR);
});

Deno.test("a lifetime of 0, or one that is no number, says nothing", async () => {
  for (const refresh_expires_in of [0, -1, "soon", null]) {
    assertEquals(await endAfterRefresh(LOGIN, { refresh_expires_in }), undefined);
  }
});

Deno.test("the end of a refresh token goes with it, and stays where it stays", async () => {
  const login = { ...LOGIN, refreshTokenExpiresAt: START + HOUR };
  assertEquals(await endAfterRefresh(login, {}), undefined);
  assertEquals(await endAfterRefresh(login, { refresh_token: undefined }), START + HOUR);
});
