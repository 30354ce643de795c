// A refresh that fails: the login is kept, marked as ended, or rescued, and the old token may still do.
import { withNearNames } from "../../src/base/near_names.ts";
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { saveProfile } from "../../src/settings/profiles.ts";
import { freshTokenSet, refreshedTokenSet } from "../../src/session/session.ts";
import { parseTokenSet } from "../../src/oauth/token_set.ts";
import { START } from "../support/fake_system.ts";
import {
  errorAnswer,
  LOGIN,
  loginFile,
  STALE,
  tokenAnswer,
  unreachable,
  webPage,
  withoutRefreshToken,
} from "../support/logins.ts";
import { type SessionScene, sessionScene } from "../support/session_scene.ts";
import { modeOf, tempDir } from "../support/temp_dir.ts";
import { nextOf } from "../support/shown.ts";

/** A login whose access token is valid for another 30 s: stale, but not dead. */
const DYING = { ...LOGIN, expiresAt: START + 30_000 };

async function failure(scene: SessionScene, minValid?: number): Promise<CliError> {
  return await assertRejects(
    () => freshTokenSet(scene.settings, scene.context, minValid),
    CliError,
  );
}

Deno.test("when an early refresh fails, the old token is given with a warning while it is valid", async () => {
  for (const answer of [unreachable(), webPage(502), errorAnswer(400, "invalid_grant")]) {
    using scene = sessionScene(DYING, { network: [answer] });
    const tokenSet = await freshTokenSet(scene.settings, scene.context);
    assertEquals(tokenSet.accessToken.reveal(), "old-access");
    assertEquals(scene.context.talk.warned.length, 1);
    assertStringIncludes(scene.context.talk.warned[0] ?? "", "valid for 30 s more");
  }
});

Deno.test("when a refresh fails, the old token is not given to who asked for more life", async () => {
  using scene = sessionScene(LOGIN, { network: [unreachable()] });
  assertEquals((await failure(scene, 60 * 60_000)).kind, "unavailable");
});

Deno.test("when a refresh fails, an expired token is not given", async () => {
  using scene = sessionScene({ ...LOGIN, expiresAt: START }, { network: [unreachable()] });
  assertEquals((await failure(scene)).kind, "unavailable");
});

Deno.test("refreshedTokenSet() does not make do with the old token", async () => {
  using scene = sessionScene(LOGIN, { network: [unreachable()] });
  await assertRejects(() => refreshedTokenSet(scene.settings, scene.context), CliError);
});

Deno.test("a login without a refresh token expires with its access token, and nothing is sent", async () => {
  using scene = sessionScene(withoutRefreshToken(STALE));
  for (const work of [freshTokenSet, refreshedTokenSet]) {
    const error = await assertRejects(() => work(scene.settings, scene.context), CliError);
    assertEquals(error.kind, "login_required");
    assertMatch(error.message, /^You are signed out: your login expired .*\(profile default\)$/);
  }
});

Deno.test("when you are not signed in, the error says how to", async () => {
  using scene = sessionScene(undefined);
  const error = await failure(scene);
  assertEquals([error.kind, nextOf(error)], ["login_required", "anaplan-auth login"]);
});

Deno.test("a profile that does not exist is login_required, and near names are suggested", async () => {
  using scene = sessionScene(undefined, {}, "prdo");
  for (const name of ["prod", "test"]) saveProfile(scene.configDir, name, {}, () => {});
  const error = await failure(scene);
  assertEquals(error.kind, "login_required");
  assertStringIncludes(
    withNearNames(error).message,
    "Cannot get an access token: there is no profile prdo; did you mean prod?",
  );
  assertEquals(nextOf(error), "anaplan-auth profile list");
});

Deno.test("new tokens that cannot be saved are not hidden behind an old one that is still valid", async () => {
  using elsewhere = tempDir();
  using scene = sessionScene(DYING, {
    env: { HOME: elsewhere.path },
    network: [() => {
      Deno.removeSync(`${scene.configDir}/credentials`, { recursive: true });
      return tokenAnswer();
    }],
  });
  assertEquals((await failure(scene)).kind, "storage");
});

Deno.test("new tokens that cannot be saved are put elsewhere, and the error says where they are", async () => {
  using elsewhere = tempDir();
  using scene = sessionScene(STALE, {
    env: { HOME: elsewhere.path },
    network: [() => {
      Deno.removeSync(`${scene.configDir}/credentials`, { recursive: true });
      return tokenAnswer();
    }],
  });
  const error = await failure(scene);
  assertEquals(error.kind, "storage");
  const [, from = ""] = /they are in (\S+)$/.exec(error.message) ?? [];
  assertEquals(modeOf(from), "600");
  assertEquals(parseTokenSet(Deno.readTextFileSync(from)).refreshToken?.reveal(), "new-refresh");
  assert(from.startsWith(elsewhere.path));
});

for (const command of ["token", "refresh"]) {
  Deno.test(`${command} does not send a refresh token whose successor was rescued out of reach`, async () => {
    using elsewhere = tempDir();
    using scene = sessionScene(STALE, {
      env: { HOME: elsewhere.path },
      network: [() => {
        Deno.renameSync(`${scene.configDir}/credentials`, `${scene.configDir}/moved`);
        return tokenAnswer();
      }, tokenAnswer()],
    });
    const [, from = ""] = /they are in (\S+)$/.exec((await failure(scene)).message) ?? [];
    Deno.renameSync(`${scene.configDir}/moved`, `${scene.configDir}/credentials`);
    Deno.removeSync(`${loginFile(scene.configDir)}.next`);
    Deno.removeSync(from);
    const use = command === "token" ? freshTokenSet : refreshedTokenSet;
    const error = await assertRejects(() => use(scene.settings, scene.context), CliError);
    assertEquals([error.kind, nextOf(error)], ["storage", "anaplan-auth login"]);
    assertStringIncludes(error.message, `${from}: no such file or directory`);
    assertEquals(scene.context.system.requests.length, 1);
  });
}

Deno.test("where only the lock cannot be had, a token that is still valid is given with a warning", async () => {
  let now = START;
  using scene = sessionScene(DYING, {
    now: () => now,
    sleep: (milliseconds) => Promise.resolve(void (now += milliseconds / 1_000_000)),
  });
  Deno.mkdirSync(`${scene.configDir}/credentials/default.lock`); // cannot be locked
  const tokenSet = await freshTokenSet(scene.settings, scene.context, 600_000, false);
  assertEquals(tokenSet.accessToken.reveal(), "old-access");
  assertStringIncludes(scene.context.talk.warned[0] ?? "", "valid for 30 s more");
  assertEquals(scene.context.system.requests, []);
});

Deno.test("an interruption is not hidden behind an old token", async () => {
  const interrupted = new CliError("interrupted", "Interrupted");
  using scene = sessionScene(DYING, { network: [interrupted] });
  assertEquals((await failure(scene)).kind, "interrupted");
});

Deno.test("a token that died while its refresh was failing is not given", async () => {
  const dying = { ...LOGIN, expiresAt: START + 30_000 };
  using scene = sessionScene(dying, {
    network: [() => {
      scene.context.system.advance(40_000); // two requests may take that long
      throw unreachable();
    }],
  });
  await assertRejects(() => freshTokenSet(scene.settings, scene.context), CliError);
});
