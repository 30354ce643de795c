// Tokens that wait for their place are found by the commands that read without a lock.
import { formatWords } from "../../src/base/words.ts";
import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { logout } from "../../src/commands/logout.ts";
import { refresh } from "../../src/commands/refresh.ts";
import { status } from "../../src/commands/status.ts";
import { token } from "../../src/commands/token.ts";
import { whoami } from "../../src/commands/whoami.ts";
import { loginCheck } from "../../src/doctor/local_checks.ts";
import { loadSettings } from "../../src/settings/settings.ts";
import { CliError } from "../../src/base/errors.ts";
import { type TokenSet } from "../../src/oauth/token_set.ts";
import { serializeTokenSet } from "../../src/oauth/token_sets.ts";
import { loginFile, putLogin, STALE, tokenAnswer, withoutRefreshToken } from "../support/logins.ts";
import { NEW, rescueScene, rescueTokens } from "../support/rescue_scene.ts";
import { type SessionScene, sessionScene } from "../support/session_scene.ts";
import { exists, tempDir } from "../support/temp_dir.ts";
import { nextOf } from "../support/shown.ts";

const USER = (): Response =>
  Response.json({ user: { id: "u1", email: "ada@example.com", active: true } });

/** What is in the place of the login while new tokens wait beside it. */
const PLACES: readonly (readonly [string, TokenSet | string | undefined])[] = [
  ["no login", undefined],
  ["a login that has ended", { ...STALE, endedBy: "invalid_grant" }],
  ["a login without a refresh token", withoutRefreshToken(STALE)],
  ["a damaged login", '{"version":1,'],
];

function waiting(present: TokenSet | string | undefined): SessionScene {
  const scene = sessionScene(STALE, { network: [USER, tokenAnswer()] });
  const path = loginFile(scene.configDir);
  Deno.removeSync(path);
  if (typeof present === "string") Deno.writeTextFileSync(path, present, { mode: 0o600 });
  else if (present !== undefined) putLogin(scene.configDir, present);
  Deno.writeTextFileSync(`${path}.next`, serializeTokenSet(NEW), { mode: 0o600 });
  return scene;
}

for (const [place, present] of PLACES) {
  Deno.test(`token gives the access token that waits beside ${place}`, async () => {
    using scene = waiting(present);
    assertEquals((await token(scene.flags, scene.context)).text, "new-access");
  });

  Deno.test(`status reports the login that waits beside ${place}`, async () => {
    using scene = waiting(present);
    const { text, outcome } = await status(scene.flags, scene.context);
    assertEquals(outcome, undefined, formatWords(text));
    assertStringIncludes(formatWords(text), "Signed in to Anaplan us1 (profile default)");
  });

  Deno.test(`whoami uses the tokens that wait beside ${place}`, async () => {
    using scene = waiting(present);
    assertStringIncludes((await whoami(scene.flags, scene.context)).text, "ada@example.com");
    assertEquals(scene.context.system.requests.length, 1);
  });

  Deno.test(`logout ends the login that waits beside ${place}`, async () => {
    for (const all of [false, true]) {
      using scene = waiting(present);
      await logout({ ...scene.flags, all }, scene.context);
      const [request] = scene.context.system.requests;
      assertEquals(request?.headers?.authorization, "AnaplanAuthToken new-access");
      assertEquals(exists(loginFile(scene.configDir)), false);
      assertEquals(exists(`${loginFile(scene.configDir)}.next`), false);
    }
  });
}

Deno.test("a first login that was rescued elsewhere is found through the lock's note", async () => {
  using home = tempDir();
  using at = rescueScene({ HOME: home.path });
  Deno.removeSync(loginFile(at.configDir));
  await rescueTokens(at);
  using scene = sessionScene(undefined);
  const flags = { configDir: at.configDir };
  assertEquals((await token(flags, scene.context)).text, "new-access");
});

Deno.test("tokens that another holder of the lock rescued are also found by their name", async () => {
  using at = rescueScene();
  {
    await using first = await at.lock();
    await first.prepare();
    Deno.removeSync(`${at.configDir}/credentials/default.lock`);
    await using second = await at.lock();
    await second.prepare();
    await assertRejects(() => first.save(NEW), CliError);
    await second.save({ ...STALE, endedBy: "invalid_grant" });
  }
  using scene = sessionScene(undefined, { env: { HOME: at.elsewhere } });
  assertEquals((await token({ configDir: at.configDir }, scene.context)).text, "new-access");
});

Deno.test("status does not wait for a first sign-in that is under way", async () => {
  using at = rescueScene();
  Deno.removeSync(loginFile(at.configDir));
  await using login = await at.lock();
  await login.prepare();
  using scene = sessionScene(undefined, { env: { HOME: at.elsewhere } });
  const { text } = await status({ configDir: at.configDir }, scene.context);
  assertStringIncludes(formatWords(text), "You are not signed in.");
  assertEquals(scene.context.system.sleeps, []);
});

Deno.test("a first login that was rescued and cannot be read is an error that names the file", async () => {
  using at = rescueScene();
  Deno.removeSync(loginFile(at.configDir));
  const path = await rescueTokens(at);
  Deno.removeSync(path);
  using scene = sessionScene(undefined);
  for (const command of [token, whoami, refresh, status]) {
    const error = await assertRejects(
      () => command({ configDir: at.configDir }, scene.context),
      CliError,
    );
    assertEquals([error.kind, nextOf(error)], ["storage", "anaplan-auth login"]);
    assertStringIncludes(error.message, path);
  }
});

Deno.test("refresh says that an earlier command got the tokens that it puts back", async () => {
  using scene = waiting(STALE);
  const { text } = await refresh(scene.flags, scene.context);
  assertStringIncludes(text, "An earlier command had refreshed the login.");
  assertEquals(scene.context.system.requests, []);
});

Deno.test("status puts tokens in their place that follow a login that looks whole", async () => {
  using scene = waiting(STALE);
  const { text } = await status(scene.flags, scene.context);
  assertMatch(formatWords(text), /Access token {3}valid until/);
});

Deno.test("status and doctor say so when tokens wait that cannot be read", async () => {
  using home = tempDir();
  using at = rescueScene({ HOME: home.path });
  Deno.chmodSync(await rescueTokens(at), 0o644);
  using scene = sessionScene(undefined);
  const flags = { configDir: at.configDir };
  for (const command of [token, status]) {
    const error = await assertRejects(() => command(flags, scene.context), CliError);
    assertStringIncludes(error.message, "Cannot get the new tokens from ");
    assertEquals(error.kind, "storage");
  }
  const { mark, seen, next } = await loginCheck(
    loadSettings(flags, scene.context.system),
    scene.context,
  );
  assertEquals([mark, formatWords(next ?? "")], ["warning", "anaplan-auth refresh"]);
  assertStringIncludes(seen, "new tokens of an earlier command are not in their place yet");
});
