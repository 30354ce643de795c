// A refresh that the server refuses: the login is marked as ended, or left as it is.
import { sameTokenSet } from "../../src/oauth/token_sets.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { onlyDefined } from "../../src/base/json.ts";
import type { TokenSet } from "../../src/oauth/token_set.ts";
import { saveProfile } from "../../src/settings/profiles.ts";
import { Secret } from "../../src/base/secret.ts";
import { freshTokenSet, refreshedTokenSet } from "../../src/session/session.ts";
import {
  errorAnswer,
  LOGIN,
  loginFile,
  putLogin,
  STALE,
  storedLogin,
  tokenAnswer,
  unreachable,
  webPage,
} from "../support/logins.ts";
import { formOf } from "../support/oauth.ts";
import { type SessionScene, sessionScene } from "../support/session_scene.ts";
import { namesIn } from "../support/temp_dir.ts";
import { nextOf } from "../support/shown.ts";

async function failure(scene: SessionScene): Promise<CliError> {
  return await assertRejects(() => freshTokenSet(scene.settings, scene.context), CliError);
}

Deno.test("invalid_grant marks the login as ended and keeps its file", async () => {
  using scene = sessionScene(STALE, { network: [errorAnswer(400, "invalid_grant")] });
  const error = await failure(scene);
  assertEquals([error.kind, error.oauthError], ["login_required", "invalid_grant"]);
  const stored = storedLogin(scene.configDir);
  assert(sameTokenSet(stored, STALE));
  assertEquals(stored.endedBy, "invalid_grant");
});

Deno.test("a login that was rejected is not asked about again by itself", async () => {
  using scene = sessionScene({ ...STALE, endedBy: "invalid_grant" });
  const error = await failure(scene);
  assertEquals([error.kind, error.oauthError], ["login_required", "invalid_grant"]);
  assertEquals(nextOf(error), "anaplan-auth login");
});

Deno.test("refreshedTokenSet() asks about a rejected login once more, and clears the mark", async () => {
  using scene = sessionScene({ ...LOGIN, endedBy: "invalid_grant" }, { network: [tokenAnswer()] });
  await refreshedTokenSet(scene.settings, scene.context);
  assertEquals(storedLogin(scene.configDir).endedBy, undefined);
});

Deno.test("refreshedTokenSet() keeps the mark of a login that is rejected again", async () => {
  const network = [errorAnswer(400, "invalid_grant")];
  using scene = sessionScene({ ...LOGIN, endedBy: "invalid_grant" }, { network });
  await assertRejects(() => refreshedTokenSet(scene.settings, scene.context), CliError);
  assertEquals(storedLogin(scene.configDir).endedBy, "invalid_grant");
});

for (const status of [401, 403]) {
  for (
    const code of [
      "temporarily_unavailable",
      "rate_limit_exceeded",
      "request_blocked",
      "forbidden",
      "unauthorized",
      "server_error",
      "slow_down",
      "access_denied",
    ]
  ) {
    Deno.test(`${status} ${code} says nothing about the login, and leaves its file as it is`, async () => {
      using scene = sessionScene(STALE, { network: [errorAnswer(status, code)] });
      const before = Deno.readTextFileSync(loginFile(scene.configDir));
      assertEquals((await failure(scene)).kind, "unavailable");
      assertEquals(Deno.readTextFileSync(loginFile(scene.configDir)), before);
    });
  }
}

/** A login that something puts there that knows no locks, while the server refuses ours. */
function replacedMeanwhile(others: TokenSet, ...later: readonly Response[]): SessionScene {
  const replace = (): Response => {
    putLogin(scene.configDir, others);
    return errorAnswer(400, "invalid_grant");
  };
  const ours = { ...STALE, signIn: "ours" };
  const scene = sessionScene(ours, { network: [replace, ...later] });
  return scene;
}

const OTHERS: TokenSet = { ...LOGIN, refreshToken: new Secret("others-refresh") };

Deno.test("invalid_grant about a login that another sign-in replaced meanwhile says nothing about that", async () => {
  using scene = replacedMeanwhile({ ...OTHERS, signIn: "theirs" });
  assert(sameTokenSet(await freshTokenSet(scene.settings, scene.context), OTHERS));
  assertEquals(storedLogin(scene.configDir).endedBy, undefined);
});

for (const signIn of ["ours", undefined]) {
  const others = onlyDefined({ ...OTHERS, signIn });
  const which = signIn === undefined ? "may have" : "has";
  Deno.test(`after invalid_grant a login that a refresh ${which} put there meanwhile is refreshed itself`, async () => {
    using scene = replacedMeanwhile(others, tokenAnswer());
    const { tokenSet, byUs } = await refreshedTokenSet(scene.settings, scene.context);
    assertEquals([tokenSet.accessToken.reveal(), byUs], ["new-access", true]);
    const sent = scene.context.system.requests.map((request) => formOf(request).refresh_token);
    assertEquals(sent, ["old-refresh", "others-refresh"]);
  });

  Deno.test(`a login that our used refresh token ended, as it ${which} the same sign-in, is over`, async () => {
    using scene = replacedMeanwhile(others, errorAnswer(400, "invalid_grant"));
    const error = await failure(scene);
    assertEquals(error.kind, "login_required");
    assertEquals(storedLogin(scene.configDir).endedBy, "invalid_grant");
  });
}

Deno.test("what says nothing about the login leaves it untouched", async () => {
  const answers = [
    [errorAnswer(401, "invalid_client"), "denied"],
    [errorAnswer(400, "unauthorized_client"), "denied"],
    [webPage(400), "unavailable"],
    [new Response(null, { status: 400 }), "unavailable"],
    [errorAnswer(400, "request_blocked"), "unavailable"],
    [errorAnswer(404, "invalid_grant"), "unavailable"],
    [webPage(403), "unavailable"],
    [new Response(null, { status: 401 }), "unavailable"],
    [webPage(502), "unavailable"],
    [unreachable(), "unavailable"],
  ] as const;
  for (const [answer, kind] of answers) {
    using scene = sessionScene(STALE, { network: [answer] });
    const before = Deno.readTextFileSync(loginFile(scene.configDir));
    assertEquals((await failure(scene)).kind, kind);
    assertEquals(Deno.readTextFileSync(loginFile(scene.configDir)), before);
  }
});

Deno.test("after invalid_grant a token that is still valid is given, with a warning", async () => {
  using scene = sessionScene({ ...LOGIN, endedBy: "invalid_grant" });
  assert(sameTokenSet(await freshTokenSet(scene.settings, scene.context), LOGIN));
  assertEquals(scene.context.talk.warned.length, 1);
  assertStringIncludes(
    scene.context.talk.warned[0] ?? "",
    "the server rejected the refresh token (invalid_grant); the access token is valid for 30 min",
  );
});

for (const network of [errorAnswer(400, "invalid_grant"), errorAnswer(401, "invalid_client")]) {
  Deno.test(`the Next line of a refresh refused with ${network.status} names the profile`, async () => {
    using scene = sessionScene(STALE, { network: [network] }, "eu");
    saveProfile(scene.configDir, "eu", {}, () => {});
    const error = await assertRejects(
      () => freshTokenSet(scene.settings, scene.context),
      CliError,
    );
    assertEquals(nextOf(error), "anaplan-auth login --profile eu");
  });
}

Deno.test("invalid_grant about a login that was removed meanwhile does not bring its file back", async () => {
  using scene = sessionScene(STALE, {
    network: [() => {
      Deno.removeSync(loginFile(scene.configDir)); // by something that knows no locks
      return errorAnswer(400, "invalid_grant");
    }],
  });
  await assertRejects(() => freshTokenSet(scene.settings, scene.context), CliError);
  assertEquals(namesIn(`${scene.configDir}/credentials`), ["default.lock"]);
});

Deno.test("a login that another program put there during invalid_grant is not called our refresh", async () => {
  using scene = sessionScene({ ...LOGIN, signIn: "ours" }, {
    network: [() => {
      putLogin(scene.configDir, { ...OTHERS, signIn: "theirs" });
      return errorAnswer(400, "invalid_grant");
    }],
  });
  const { byUs } = await refreshedTokenSet(scene.settings, scene.context);
  assertEquals(byUs, false);
});
