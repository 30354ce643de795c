// A login that is older than Anaplan's default: only the server knows whether it has expired, and is asked where the
// network is used.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { formatWords } from "../../src/base/words.ts";
import { profileList } from "../../src/commands/profile_list.ts";
import { status, statusInShort } from "../../src/commands/status.ts";
import { type Profile, saveProfile } from "../../src/settings/profiles.ts";
import type { TokenSet } from "../../src/oauth/token_set.ts";
import {
  type Answers,
  doctorScene,
  type DoctorWishes,
  runDoctor,
} from "../support/doctor_scene.ts";
import { fakeContext, START } from "../support/fake_system.ts";
import {
  errorAnswer,
  LOGIN,
  STALE,
  storedLogin,
  tokenAnswer,
  unreachable,
  webPage,
} from "../support/logins.ts";
import { runCommandLine } from "../support/run_command_line.ts";
import { sessionScene } from "../support/session_scene.ts";
import { ada } from "../support/sign_in_scene.ts";
import { nextOf } from "../support/shown.ts";

const DAY = 24 * 3_600_000;
const OLD: TokenSet = {
  ...STALE,
  expiresAt: START - 3 * DAY,
  refreshTokenSavedAt: START - 4 * DAY,
};
const MAY = /may have expired on [\d-]+ at [\d:]+, by Anaplan's default of 12 h/;

Deno.test("without the network it may have expired, which refresh finds out, and it is no failure", async () => {
  using scene = sessionScene(OLD);
  const { text, data, outcome } = await status(scene.flags, scene.context);
  assertMatch(
    formatWords(text),
    new RegExp(`^Your login ${MAY.source} \\(profile default\\)\\.\nNext: anaplan-auth refresh$`),
  );
  const { logged_in, login_expiry, next } = data as Record<string, unknown>;
  assertEquals([logged_in, login_expiry, next, outcome], [
    true,
    "assumed",
    "anaplan-auth refresh",
    undefined,
  ]);

  const env = { ANAPLAN_AUTH_CONFIG_DIR: scene.configDir };
  assertStringIncludes(
    formatWords(await statusInShort(fakeContext({ env }))),
    `${formatWords(text)} `,
  );

  const list = await profileList(scene.flags, scene.context);
  assertMatch(
    formatWords(list.text),
    new RegExp(`^\\* default {2}us1, ${MAY.source}\nNext: anaplan-auth refresh$`),
  );
  const { profiles } = list.data as { profiles: { logged_in: boolean }[] };
  assertEquals(profiles.map((one) => one.logged_in), [true]);
});

Deno.test("--expires-within is still exit 3 for it", async () => {
  using scene = sessionScene(OLD);
  const { kind, outcome } = await status({ ...scene.flags, expiresWithin: 1 }, scene.context);
  assertEquals([kind, outcome], ["news", "login_required"]);
});

/** By how the expiry is known: what is asked, and what the profile says. */
const OVERDUE: Readonly<Record<string, readonly [TokenSet, Profile]>> = {
  "by Anaplan's default": [OLD, {}],
  "by the profile's lifetime": [OLD, { refreshTokenLifetime: DAY }],
  "by what the server once said": [{ ...OLD, refreshTokenExpiresAt: START - DAY }, {}],
};

for (const [how, [login, profile]] of Object.entries(OVERDUE)) {
  Deno.test(`status --check asks by a refresh whether a login works that should have expired ${how}`, async () => {
    using scene = sessionScene(login, { network: [tokenAnswer(), ada()] });
    saveProfile(scene.configDir, "default", profile, () => {});
    const { text, data, outcome } = await status({ ...scene.flags, check: true }, scene.context);
    assertEquals(outcome, undefined);
    assertMatch(formatWords(text), /^Access token +valid until /m);
    assertMatch(formatWords(text), /accepts the login of Ada Lovelace/);
    const { logged_in, next } = data as Record<string, unknown>;
    assertEquals([logged_in, next], [true, null]);
    assertEquals(storedLogin(scene.configDir).accessToken.reveal(), "new-access");
  });

  Deno.test(`doctor asks by a refresh whether a login works that should have expired ${how}`, async () => {
    const { marks } = await seenByDoctor(login, profile, () => tokenAnswer());
    assertEquals(marks, { Region: "ok", Login: "ok" });
  });

  Deno.test(`doctor says that it is signed out when the refresh is rejected: ${how}`, async () => {
    const { marks, next } = await seenByDoctor(login, profile, () => {
      return errorAnswer(400, "invalid_grant");
    });
    assertEquals([marks, next], [{ Login: "problem" }, "anaplan-auth login"]);
  });
}

Deno.test("a refresh token that does not rotate is not called expired once the server has accepted it", async () => {
  const login = { ...OLD, refreshTokenRotates: false };
  const network = [tokenAnswer({ refresh_token: undefined }), ada()];
  using scene = sessionScene(login, { network });
  saveProfile(scene.configDir, "default", { refreshTokenLifetime: DAY }, () => {});
  const { text, outcome } = await status({ ...scene.flags, check: true }, scene.context);
  assertEquals(outcome, undefined);
  assertMatch(formatWords(text), /^Sign in again +by \d\d:\d\d/m);
});

Deno.test("a refresh that fails for another reason leaves the question open", async () => {
  const { marks, next } = await seenByDoctor(OLD, {}, () => webPage(503));
  assertEquals([marks, next], [{ Region: "problem", Login: "warning" }, "anaplan-auth refresh"]);
});

Deno.test("doctor refreshes nothing when the server of the tokens does not answer", async () => {
  const { marks } = await seenByDoctor(OLD, {}, undefined);
  assertEquals(marks, { Region: "skipped", Login: "warning" });
});

Deno.test("doctor refreshes no login that should work", async () => {
  const { sent } = await seenByDoctor(STALE, {}, () => tokenAnswer());
  assertEquals(sent.filter((method) => method === "POST"), []);
});

Deno.test("status --check of a login that the server rejected asks nothing", async () => {
  using scene = sessionScene({ ...LOGIN, endedBy: "invalid_grant" });
  const { code, stdout } = await runCommandLine([
    "status",
    "--check",
    "--config-dir",
    scene.configDir,
  ]);
  assertEquals(code, 3);
  assertMatch(stdout, /^You are signed out: Anaplan rejected your login/);
});

/** What doctor finds when a refresh is answered like this; without an answer the host is silent. */
async function seenByDoctor(
  login: TokenSet,
  profile: Profile,
  refresh: (() => Response) | undefined,
) {
  const answers: Answers = (_, { pathname, host }) => {
    if (refresh === undefined && host.startsWith("us1a")) throw unreachable();
    return pathname === "/oauth/token" ? refresh?.() : undefined;
  };
  const wishes: DoctorWishes = { login, answers };
  using scene = doctorScene(wishes);
  saveProfile(scene.configDir, "default", profile, () => {});
  const { checks, named } = await runDoctor(scene);
  const marks = Object.fromEntries(
    checks.filter(({ name }) => ["Region", "Login"].includes(name)).map(({ name, mark }) => [
      name,
      mark,
    ]),
  );
  const sent = scene.context.system.requests.map(({ method }) => method);
  return { marks, next: nextOf(named("Login")[0]), sent };
}
