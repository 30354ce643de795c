// A valid token set, refreshed when it is stale: who asks whom, and what is saved before what is seen.
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { lockFile } from "../../src/files/lock_file.ts";
import { Secret } from "../../src/base/secret.ts";
import { freshTokenSet, refreshedTokenSet, replaceRejected } from "../../src/session/session.ts";
import { type TokenSet } from "../../src/oauth/token_set.ts";
import { sameTokenSet } from "../../src/oauth/token_sets.ts";
import { type Arranged, fakeSystem, START } from "../support/fake_system.ts";
import {
  LOGIN,
  putLogin,
  STALE,
  storedLogin,
  tokenAnswer,
  unreachable,
} from "../support/logins.ts";
import { formOf } from "../support/oauth.ts";
import { type SessionScene, sessionScene } from "../support/session_scene.ts";
import { namesIn } from "../support/temp_dir.ts";

const OTHERS: TokenSet = {
  ...LOGIN,
  accessToken: new Secret("others-access"),
  refreshToken: new Secret("others-refresh"),
};

/**
 * A scene in which another process has the lock, and gives it back once we wait for it, having put
 * `theirs` in the place of `login`.
 */
async function race(
  login: TokenSet,
  theirs: TokenSet,
  arranged: Arranged = {},
): Promise<SessionScene> {
  const sleep = (): Promise<void> => {
    putLogin(scene.configDir, theirs);
    lock[Symbol.dispose]();
    return Promise.resolve();
  };
  const scene = sessionScene(login, { ...arranged, sleep });
  const path = `${scene.configDir}/credentials/default.lock`;
  const lock = await lockFile(path, 0, fakeSystem());
  return scene;
}

Deno.test("a fresh token is given without lock, request or file", async () => {
  using scene = sessionScene(LOGIN);
  const tokenSet = await freshTokenSet(scene.settings, scene.context);
  assertEquals(tokenSet.accessToken.reveal(), "old-access");
  assertEquals(namesIn(`${scene.configDir}/credentials`), ["default.json"]);
});

Deno.test("a fresh token is given while another process holds the lock", async () => {
  using scene = sessionScene(LOGIN);
  const path = `${scene.configDir}/credentials/default.lock`;
  using _lock = await lockFile(path, 0, fakeSystem());
  assert(sameTokenSet(await freshTokenSet(scene.settings, scene.context), LOGIN));
});

Deno.test("a stale token is refreshed, and the new one is saved", async () => {
  using scene = sessionScene(STALE, { network: [tokenAnswer()] });
  const tokenSet = await freshTokenSet(scene.settings, scene.context);
  assertEquals(tokenSet.accessToken.reveal(), "new-access");
  assert(sameTokenSet(storedLogin(scene.configDir), tokenSet));
  assertEquals(formOf(scene.context.system.requests[0]).refresh_token, "old-refresh");
});

Deno.test("the request is sent with the lock held and signals waiting, and both are given back", async () => {
  let seen: unknown[] = [];
  using scene = sessionScene(STALE, {
    network: [async () => {
      const other = lockFile(`${scene.configDir}/credentials/default.lock`, 0, fakeSystem());
      const isLocked = await other.then((lock) => lock[Symbol.dispose](), () => true);
      seen = [isLocked, scene.context.system.signalsHeld];
      return tokenAnswer();
    }],
  });
  await freshTokenSet(scene.settings, scene.context);
  assertEquals(seen, [true, true]);
  assertEquals(scene.context.system.signalsHeld, false);
  using _lock = await lockFile(`${scene.configDir}/credentials/default.lock`, 0, fakeSystem());
});

Deno.test("the loser of a race takes the winner's token and sends nothing", async () => {
  using scene = await race(STALE, OTHERS);
  const tokenSet = await freshTokenSet(scene.settings, scene.context);
  assertEquals(tokenSet.accessToken.reveal(), "others-access");
  assert(sameTokenSet(storedLogin(scene.configDir), OTHERS));
});

Deno.test("the loser of a race goes on with the winner's refresh token when that is also stale", async () => {
  const theirs = { ...OTHERS, expiresAt: START };
  using scene = await race(STALE, theirs, { network: [tokenAnswer()] });
  assertEquals(
    (await freshTokenSet(scene.settings, scene.context)).accessToken.reveal(),
    "new-access",
  );
  assertEquals(formOf(scene.context.system.requests[0]).refresh_token, "others-refresh");
});

Deno.test("the winner's token is measured by what was asked for", async () => {
  const network = [tokenAnswer({ expires_in: 7200 })];
  using scene = await race(STALE, OTHERS, { network });
  const tokenSet = await freshTokenSet(scene.settings, scene.context, 60 * 60_000);
  assertEquals(tokenSet.accessToken.reveal(), "new-access");
});

Deno.test("a fresh token is refreshed when more life is asked for than it has", async () => {
  using scene = sessionScene(LOGIN, { network: [tokenAnswer()] });
  const tokenSet = await freshTokenSet(scene.settings, scene.context, 31 * 60_000);
  assertEquals(tokenSet.accessToken.reveal(), "new-access");
  assertEquals(scene.context.talk.warned, []);
});

Deno.test("a new token that is valid for less time than what was asked for is given with a warning", async () => {
  using scene = sessionScene(LOGIN, { network: [tokenAnswer({ expires_in: 600 })] });
  const tokenSet = await freshTokenSet(scene.settings, scene.context, 60 * 60_000, false);
  assertEquals(tokenSet.accessToken.reveal(), "new-access");
  assertEquals(scene.context.talk.warned.length, 1);
  assertStringIncludes(scene.context.talk.warned[0] ?? "", "valid for 10 min only");
});

Deno.test("refreshedTokenSet() also refreshes a fresh token", async () => {
  using scene = sessionScene(LOGIN, { network: [tokenAnswer()] });
  const { tokenSet, byUs } = await refreshedTokenSet(scene.settings, scene.context);
  assertEquals([tokenSet.accessToken.reveal(), byUs], ["new-access", true]);
});

Deno.test("refreshedTokenSet() sends nothing when the token set was replaced after it started", async () => {
  using scene = await race(LOGIN, OTHERS);
  const { tokenSet, byUs } = await refreshedTokenSet(scene.settings, scene.context);
  assertEquals([tokenSet.accessToken.reveal(), byUs], ["others-access", false]);
});

Deno.test("refreshedTokenSet() goes on with the refresh token of another process when its token is stale", async () => {
  const theirs = { ...OTHERS, expiresAt: START };
  using scene = await race(LOGIN, theirs, { network: [tokenAnswer()] });
  const { tokenSet, byUs } = await refreshedTokenSet(scene.settings, scene.context);
  assertEquals([tokenSet.accessToken.reveal(), byUs], ["new-access", true]);
  assertEquals(formOf(scene.context.system.requests[0]).refresh_token, "others-refresh");
});

Deno.test("a token of another process that has expired is not the answer to one that was refused", async () => {
  const theirs = { ...OTHERS, expiresAt: START };
  using scene = await race(LOGIN, theirs, { network: [tokenAnswer()] });
  const tokenSet = await replaceRejected(LOGIN, scene.settings, scene.context);
  assertEquals(tokenSet.accessToken.reveal(), "new-access");
});

Deno.test("a token from the future is refreshed, and is not given when that fails", async () => {
  const future = { ...LOGIN, obtainedAt: START + 3_600_000, expiresAt: START + 5_700_000 };
  using scene = sessionScene(future, { network: [tokenAnswer()] });
  const tokenSet = await freshTokenSet(scene.settings, scene.context);
  assertEquals(tokenSet.accessToken.reveal(), "new-access");
  using unlucky = sessionScene(future, { network: [unreachable()] });
  await assertRejects(() => freshTokenSet(unlucky.settings, unlucky.context), CliError);
});

Deno.test("profiles are refreshed apart", async () => {
  using scene = sessionScene(STALE, { network: [tokenAnswer()] }, "eu");
  putLogin(scene.configDir, STALE, "us");
  await freshTokenSet(scene.settings, scene.context);
  assertEquals(storedLogin(scene.configDir, "eu").accessToken.reveal(), "new-access");
  assert(sameTokenSet(storedLogin(scene.configDir, "us"), STALE));
});

/** The client that a stale login is refreshed as, in an environment. */
async function refreshedAs(
  env: Record<string, string>,
  login: TokenSet = STALE,
): Promise<unknown[]> {
  using scene = sessionScene(login, { env, network: [tokenAnswer()] });
  await freshTokenSet(scene.settings, scene.context);
  const { client_id, client_secret } = formOf(scene.context.system.requests[0]);
  return [client_id, client_secret];
}

Deno.test("a login is refreshed as the client that it was issued to, with its own secret", async () => {
  const env = { ANAPLAN_CLIENT_ID: "other", ANAPLAN_CLIENT_SECRET: "others-secret" };
  assertEquals(await refreshedAs(env), ["a-client", "client-secret"]);
});

Deno.test("a secret from the environment counts only where the environment names the login's client", async () => {
  const env = { ANAPLAN_CLIENT_SECRET: "new-secret" };
  assertEquals(await refreshedAs(env), ["a-client", "client-secret"]);
  const named = { ...env, ANAPLAN_CLIENT_ID: "a-client" };
  assertEquals(await refreshedAs(named), ["a-client", "new-secret"]);
});

Deno.test("a secret from the environment that is not used is said once, and none replaces the stored one", async () => {
  const env = { ANAPLAN_CLIENT_SECRET: "new-secret" };
  for (const id of [undefined, "other", "a-client"]) {
    using scene = sessionScene(STALE, {
      env: id === undefined ? env : { ...env, ANAPLAN_CLIENT_ID: id },
      network: [tokenAnswer()],
    });
    await freshTokenSet(scene.settings, scene.context);
    assertEquals(scene.context.talk.warned.length, id === "a-client" ? 0 : 1);
    assertEquals(storedLogin(scene.configDir).clientSecret?.reveal(), "client-secret");
  }
});

Deno.test("the secret that a login has already, in the environment, is no reason for a warning", async () => {
  const env = { ANAPLAN_CLIENT_SECRET: "client-secret" };
  using scene = sessionScene(STALE, { env, network: [tokenAnswer()] });
  await freshTokenSet(scene.settings, scene.context);
  assertEquals(scene.context.talk.warned, []);
});

Deno.test("a login by device is refreshed without a secret, from wherever one could come", async () => {
  const env = {
    ANAPLAN_CLIENT_ID: "a-client",
    ANAPLAN_CLIENT_SECRET: "new-secret",
    CLIENT: "a-client",
    SECRET: "tutorial",
  };
  assertEquals(await refreshedAs(env, { ...STALE, isDeviceGrant: true }), ["a-client", undefined]);
});

Deno.test("the tutorial's SECRET counts after the saved one, and only with its CLIENT", async () => {
  const env = { CLIENT: "a-client", SECRET: "tutorial" };
  const { clientSecret: _, ...secretless } = STALE;
  assertEquals(await refreshedAs(env), ["a-client", "client-secret"]);
  assertEquals(await refreshedAs(env, secretless), ["a-client", "tutorial"]);
  const foreign = { CLIENT: "other", SECRET: "tutorial" };
  assertEquals(await refreshedAs(foreign, secretless), ["a-client", undefined]);
});

Deno.test("signals are not held back while another process's lock is waited for", async () => {
  const held: boolean[] = [];
  using scene = sessionScene(STALE, {
    network: [tokenAnswer()],
    sleep: () => {
      held.push(scene.context.system.signalsHeld);
      return Promise.resolve(lock[Symbol.dispose]());
    },
  });
  const lock = await lockFile(`${scene.configDir}/credentials/default.lock`, 0, fakeSystem());
  await freshTokenSet(scene.settings, scene.context);
  assertEquals(held, [false]);
});
