// The command `logout`: the login ends here whatever the server says, and the reply is honest about it.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { logout } from "../../src/commands/logout.ts";
import { CliError } from "../../src/errors.ts";
import { lockFile } from "../../src/lock_file.ts";
import { saveProfile } from "../../src/profiles.ts";
import { clockTime } from "../../src/text.ts";
import type { TokenSet } from "../../src/token_set.ts";
import { fakeSystem, type NetworkStep, START } from "../support/fake_system.ts";
import {
  granted,
  LOGIN,
  loginFile,
  putLogin,
  STALE,
  storedLogin,
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
  assertStringIncludes(text, "may still honour the refresh token");
  assertEquals(warned, []);
});

Deno.test("logout without the server succeeds with a warning, and says until when the token lives", async () => {
  const { text, data, warned } = await loggedOut(LOGIN, unreachable());
  assertEquals(data, { profile: "default", removed: true, server_session_ended: false });
  assertStringIncludes(text, "Signed out here (profile default).");
  assertStringIncludes(text, `the access token until ${clockTime(LOGIN.expiresAt, START)}`);
  assertEquals(warned.length, 1);
  assertStringIncludes(warned[0] ?? "", "Anaplan could not be told: Cannot reach the server");
});

Deno.test("logout that the server refuses is a logout here alone", async () => {
  const { data } = await loggedOut(LOGIN, new Response(null, { status: 400 }));
  assertEquals(data, { profile: "default", removed: true, server_session_ended: false });
});

Deno.test("a token that has ended cannot authorize its own end, so nothing is sent", async () => {
  const { text, sent } = await loggedOut(STALE);
  assertEquals(sent, []);
  assertStringIncludes(text, "may still honour the refresh token");
});

Deno.test("when nothing of the login lives any more, logout says so", async () => {
  for (const login of [withoutRefreshToken(STALE), { ...STALE, endedBy: "invalid_grant" }]) {
    assertStringIncludes((await loggedOut(login)).text, "Nothing of it is valid any more.");
  }
});

Deno.test("logout of nobody is no failure", async () => {
  const { text, data } = await loggedOut(undefined);
  assertEquals(text, "Nobody was signed in (profile default).");
  assertEquals(data, { profile: "default", removed: false, server_session_ended: false });
});

Deno.test("logout of a profile that does not exist is login_required, and suggests near names", async () => {
  using scene = sessionScene(undefined, {}, "prdo");
  saveProfile(scene.configDir, "prod", {}, () => {});
  const error = await assertRejects(() => logout(scene.flags, scene.context), CliError);
  assertEquals(error.kind, "login_required");
  assertEquals(error.message, "Cannot sign out: there is no profile prdo; did you mean prod?");
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
  using scene = sessionScene(LOGIN, { network: [granted()] });
  Deno.chmodSync(loginFile(scene.configDir), 0o644);
  const error = await assertRejects(() => logout(scene.flags, scene.context), CliError);
  assertEquals([error.kind, scene.context.system.requests.length], ["storage", 0]);
});
