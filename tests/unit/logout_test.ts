// The command `logout`: the login ends here whatever the server says, and the reply is honest about it.
import { withNearNames } from "../../src/base/near_names.ts";
import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { logout } from "../../src/commands/logout.ts";
import { CliError } from "../../src/base/errors.ts";
import { lockFile } from "../../src/files/lock_file.ts";
import { saveProfile } from "../../src/settings/profiles.ts";
import { clockTime } from "../../src/base/times.ts";
import type { TokenSet } from "../../src/oauth/token_set.ts";
import { fakeSystem, type NetworkStep, START } from "../support/fake_system.ts";
import {
  LOGIN,
  loginFile,
  putLogin,
  STALE,
  storedLogin,
  tokenAnswer,
  unreachable,
  withoutRefreshToken,
} from "../support/logins.ts";
import { sessionScene } from "../support/session_scene.ts";
import { namesIn } from "../support/temp_dir.ts";

const ENDED = (): Response => new Response(null, { status: 204 });

/** What logout says, does and leaves. */
async function loggedOut(login: TokenSet | undefined, ...network: NetworkStep[]): Promise<{
  text: string;
  data: unknown;
  sent: string[];
  warned: readonly string[];
}> {
  using scene = sessionScene(login, { network });
  const { text, data } = await logout(scene.flags, scene.context);
  if (login !== undefined) {
    assertEquals(namesIn(`${scene.configDir}/credentials`), ["default.lock"]);
  }
  const { system, talk } = scene.context;
  const sent = system.requests.map(({ headers }) => headers?.authorization ?? "");
  return { text, data, sent, warned: talk.warned };
}

Deno.test("logout removes the login and ends the session at the server", async () => {
  const { text, data, sent, warned } = await loggedOut(LOGIN, ENDED());
  assertEquals(data, { profile: "default", removed: true, server_session_ended: true });
  assertEquals(sent, ["AnaplanAuthToken old-access"]);
  assertStringIncludes(text, "Signed out, here and at Anaplan (profile default).");
  assertStringIncludes(text, "may still accept the refresh token");
  assertEquals(warned, []);
});

Deno.test("logout without the server succeeds with a warning, and says until when the token is valid", async () => {
  const { text, data, warned } = await loggedOut(LOGIN, unreachable());
  assertEquals(data, { profile: "default", removed: true, server_session_ended: false });
  assertStringIncludes(text, "Signed out here (profile default).");
  assertStringIncludes(text, `the access token until ${clockTime(LOGIN.expiresAt, START)}`);
  assertEquals(warned.length, 1);
  assertStringIncludes(
    warned[0] ?? "",
    "Anaplan did not confirm the sign-out: Cannot reach the server",
  );
});

Deno.test("logout that the server refuses is a logout here alone", async () => {
  const { data } = await loggedOut(LOGIN, new Response(null, { status: 400 }));
  assertEquals(data, { profile: "default", removed: true, server_session_ended: false });
});

Deno.test("a token that has expired cannot authorize its own end, so nothing is sent", async () => {
  const { text, sent } = await loggedOut(STALE);
  assertEquals(sent, []);
  assertStringIncludes(text, "may still accept the refresh token");
});

Deno.test("logout says that no token is valid any more when the server said so, or names the clock", async () => {
  const alone = withoutRefreshToken(LOGIN);
  assertMatch((await loggedOut(alone, ENDED())).text, /\nIts tokens are no longer valid\.$/);
  const { text } = await loggedOut(withoutRefreshToken(STALE));
  assertStringIncludes(text, "By this computer's clock, its tokens are no longer valid.");
});

Deno.test("logout of a login that the server rejected does not say that its refresh token may be accepted", async () => {
  const { text } = await loggedOut({ ...STALE, endedBy: "invalid_grant" });
  assertEquals(
    text,
    "Signed out here (profile default).\nAnaplan had already rejected the login.",
  );
  const down = new Response(null, { status: 503 });
  const fresh = await loggedOut({ ...LOGIN, endedBy: "invalid_grant" }, down);
  assertMatch(fresh.text, /may still accept the access token until [\d:]+; the login/);
});

Deno.test("logout of a token of the future does not say when it ends, or that it has", async () => {
  const HOUR = 60 * 60_000;
  const login = { ...LOGIN, obtainedAt: START + 2 * HOUR, expiresAt: START + 3 * HOUR };
  const down = new Response(null, { status: 503 });
  const { text } = await loggedOut(withoutRefreshToken(login), down);
  assertStringIncludes(text, "may still accept the access token until it expires");
});

Deno.test("logout names each file that may hold the login's tokens", async () => {
  using scene = sessionScene(LOGIN, { network: [ENDED()] });
  const left = `${loginFile(scene.configDir)}.bad`;
  Deno.writeTextFileSync(left, "{");
  await logout(scene.flags, scene.context);
  assertEquals(scene.context.talk.warned, [`${left} may hold tokens of this login; remove it`]);
});

for (const all of [false, true]) {
  Deno.test(`logout${all ? " --all" : ""} ends a login whose tokens wait for their place`, async () => {
    using scene = sessionScene(LOGIN, { network: [ENDED()] });
    const path = loginFile(scene.configDir);
    Deno.renameSync(path, `${path}.next`);
    const { text } = await logout({ ...scene.flags, all }, scene.context);
    assertStringIncludes(text, "Signed out, here and at Anaplan");
    assertEquals(namesIn(`${scene.configDir}/credentials`), ["default.lock"]);
    const again = await logout({ ...scene.flags, all }, scene.context);
    assertMatch(again.text, /^You were not signed in/);
  });
}

Deno.test("logout that is interrupted while the server answers says what was done", async () => {
  const interruption = new AbortController();
  using scene = sessionScene(LOGIN, {
    network: [() => {
      interruption.abort(new CliError("interrupted", "Interrupted"));
      return new Promise(() => {});
    }],
    interruption: () => interruption.signal,
  });
  const { text } = await logout(scene.flags, scene.context);
  assertStringIncludes(text, "Signed out here (profile default).\nAnaplan may still accept");
  assertStringIncludes(scene.context.talk.warned.join(), "interrupted before it answered");
});

Deno.test("logout without a login is no failure", async () => {
  const { text, data } = await loggedOut(undefined);
  assertEquals(text, "You were not signed in (profile default).");
  assertEquals(data, { profile: "default", removed: false, server_session_ended: false });
});

Deno.test("logout of a profile that does not exist is login_required, and suggests near names", async () => {
  using scene = sessionScene(undefined, {}, "prdo");
  saveProfile(scene.configDir, "prod", {}, () => {});
  const error = await assertRejects(() => logout(scene.flags, scene.context), CliError);
  assertEquals(error.kind, "login_required");
  assertEquals(
    withNearNames(error).message,
    "Cannot sign out: there is no profile prdo; did you mean prod?",
  );
});

Deno.test("logout waits for a refresh that is under way, and ends what that brought", async () => {
  using scene = sessionScene(LOGIN, {
    network: [ENDED()],
    sleep: () => {
      putLogin(scene.configDir, { ...LOGIN, expiresAt: START + 60 * 60_000 });
      release();
      return Promise.resolve();
    },
  });
  const lock = await lockFile(`${scene.configDir}/credentials/default.lock`, 0, fakeSystem());
  let isHeld = true;
  const release = (): void => { // a program that another test starts just now may keep it for a moment
    if (isHeld) lock[Symbol.dispose]();
    isHeld = false;
  };
  const { data } = await logout(scene.flags, scene.context);
  assertEquals(data, { profile: "default", removed: true, server_session_ended: true });
  assertEquals(namesIn(`${scene.configDir}/credentials`), ["default.lock"]);
});

Deno.test("logout leaves other profiles alone", async () => {
  using scene = sessionScene(LOGIN, { network: [ENDED()] }, "eu");
  putLogin(scene.configDir, LOGIN, "us");
  const { text } = await logout(scene.flags, scene.context);
  assertStringIncludes(text, "profile eu");
  assertEquals(storedLogin(scene.configDir, "us").accessToken.reveal(), "old-access");
});

Deno.test("logout of a login that cannot be read is a storage error, and asks no server", async () => {
  using scene = sessionScene(LOGIN, { network: [tokenAnswer()] });
  Deno.chmodSync(loginFile(scene.configDir), 0o644);
  const error = await assertRejects(() => logout(scene.flags, scene.context), CliError);
  assertEquals([error.kind, scene.context.system.requests.length], ["storage", 0]);
});
