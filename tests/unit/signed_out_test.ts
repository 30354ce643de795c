// A login that was rejected or has expired is "signed out" wherever the program speaks of it.
import { assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { formatWords } from "../../src/base/words.ts";
import { profileList } from "../../src/commands/profile_list.ts";
import { status, statusInShort } from "../../src/commands/status.ts";
import { signedOut } from "../../src/session/expiry.ts";
import { type Profile, saveProfile } from "../../src/settings/profiles.ts";
import type { TokenSet } from "../../src/oauth/token_set.ts";
import { doctorScene, runDoctor } from "../support/doctor_scene.ts";
import { START } from "../support/fake_system.ts";
import { errorAnswer, LOGIN, putLogin, STALE, withoutRefreshToken } from "../support/logins.ts";
import { nextOf } from "../support/shown.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const OLD: TokenSet = {
  ...STALE,
  expiresAt: START - 3 * DAY,
  refreshTokenSavedAt: START - 4 * DAY,
};

const LOGINS: Readonly<Record<string, readonly [TokenSet, Profile, RegExp]>> = {
  "rejected, its access token still fresh": [
    { ...LOGIN, endedBy: "invalid_grant", endedAt: START - HOUR },
    {},
    /^You are signed out: Anaplan rejected your login (yesterday )?at \d\d:\d\d \(invalid_grant, profile eu\)\.$/,
  ],
  "rejected before the time was kept": [
    { ...STALE, endedBy: "invalid_grant" },
    {},
    /^You are signed out: Anaplan rejected your login \(invalid_grant, profile eu\)\.$/,
  ],
  "expired, as the server said": [
    { ...OLD, refreshTokenExpiresAt: START - DAY },
    {},
    /^You are signed out: your login expired yesterday at \d\d:\d\d \(profile eu\)\.$/,
  ],
  "expired by the profile's lifetime": [
    OLD,
    { refreshTokenLifetime: DAY },
    /^You are signed out: your login expired on \d{4}-\d\d-\d\d at \d\d:\d\d \(profile eu\)\.$/,
  ],
  "expired with its access token": [
    withoutRefreshToken(STALE),
    {},
    /^You are signed out: your login expired .*\d\d:\d\d \(profile eu\)\.$/,
  ],
};

for (const [what, [login, profile, sentence]] of Object.entries(LOGINS)) {
  Deno.test(`signed out, in status, profile list, doctor and without a command: ${what}`, async () => {
    using scene = doctorScene({
      login: undefined,
      env: { ANAPLAN_PROFILE: "eu" },
      answers: (_, { pathname }) =>
        pathname === "/oauth/token" ? errorAnswer(400, "invalid_grant") : undefined,
    });
    saveProfile(scene.configDir, "eu", profile, () => {});
    putLogin(scene.configDir, login, "eu");

    const shown = await status(scene.flags, scene.context);
    const [first = "", ...next] = formatWords(shown.text).split("\n");
    assertMatch(first, sentence);
    assertEquals([shown.outcome, next], ["login_required", [
      "Next: anaplan-auth login --profile eu",
    ]]);
    const { logged_in, next: typed } = shown.data as Record<string, unknown>;
    assertEquals([logged_in, typed], [false, "anaplan-auth login --profile eu"]);

    const env = { ANAPLAN_AUTH_CONFIG_DIR: scene.configDir, ANAPLAN_PROFILE: "eu" };
    const context = { ...scene.context, system: { ...scene.context.system, env: pick(env) } };
    assertStringIncludes(
      formatWords(await statusInShort(context)),
      `${first}\nNext: anaplan-auth login`,
    );

    const list = await profileList(scene.flags, scene.context);
    assertMatch(
      formatWords(list.text),
      /^\* eu {2}us1, signed out: .*\nNext: .*--profile eu$/m,
    );
    const { profiles } = list.data as { profiles: { logged_in: boolean }[] };
    assertEquals(profiles.map((one) => one.logged_in), [false]);

    const { text, named, outcome } = await runDoctor(scene);
    assertEquals(outcome, "login_required");
    assertMatch(named("Login")[0]?.seen ?? "", /^signed out: /);
    assertEquals(nextOf(named("Login")[0]), "anaplan-auth login --profile eu");
    assertNotMatch(text, /[Rr]egion {2,}/);
  });
}

function pick(values: Readonly<Record<string, string>>): (name: string) => string | undefined {
  return (name) => values[name];
}

Deno.test("a login that works is not signed out, however its expiry is known", () => {
  for (
    const login of [LOGIN, STALE, withoutRefreshToken(LOGIN), {
      ...OLD,
      refreshTokenRotates: false,
    }]
  ) {
    assertEquals(signedOut(login, {}, START), undefined);
  }
});

Deno.test("a rejected login of another provider is not blamed on Anaplan", () => {
  const out = signedOut(
    { ...LOGIN, endedBy: "invalid_grant" },
    { issuer: "https://as.example.com" },
    START,
  );
  assertEquals(out?.reason, "as.example.com rejected your login");
});
