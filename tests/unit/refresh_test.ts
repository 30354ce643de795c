// The command `refresh`: a new access token, now.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Answer } from "../../src/command.ts";
import { refresh } from "../../src/commands/refresh.ts";
import { CliError } from "../../src/base/errors.ts";
import { lockFile } from "../../src/files/lock_file.ts";
import { Secret } from "../../src/base/secret.ts";
import { clockTime } from "../../src/base/times.ts";
import { fakeSystem, type NetworkStep, START } from "../support/fake_system.ts";
import { LOGIN, putLogin, tokenAnswer, withoutRefreshToken } from "../support/logins.ts";
import { sessionScene } from "../support/session_scene.ts";

const MINUTE = 60_000;
const NEW_END = START + 35 * MINUTE;

async function replied(network: NetworkStep[], ifExpiringWithin?: number): Promise<Answer<string>> {
  using scene = sessionScene(LOGIN, { network });
  const flags = ifExpiringWithin === undefined ? scene.flags : { ...scene.flags, ifExpiringWithin };
  return await refresh(flags, scene.context);
}

Deno.test("refresh says until when the new token is valid; --json that the refresh token was replaced", async () => {
  const { text, data } = await replied([tokenAnswer()]);
  const until = clockTime(NEW_END, START);
  assertEquals(text, `Refreshed. The access token is valid until ${until} (35 min).`);
  assertEquals(data, {
    profile: "default",
    refreshed: true,
    expires_at: new Date(NEW_END).toISOString(),
    refresh_token_rotated: true,
  });
});

Deno.test("refresh does not say so when the refresh token was kept", async () => {
  const { text, data } = await replied([tokenAnswer({ refresh_token: undefined })]);
  assertStringIncludes(text, "(35 min).");
  assertEquals((data as { refresh_token_rotated: boolean }).refresh_token_rotated, false);
});

Deno.test("refresh --if-expiring-within sends nothing while the token is valid longer", async () => {
  const { text, data } = await replied([], 30 * MINUTE);
  assertStringIncludes(text, "Not needed. The access token is valid until");
  assertEquals(data, {
    profile: "default",
    refreshed: false,
    expires_at: new Date(LOGIN.expiresAt).toISOString(),
    refresh_token_rotated: false,
  });
});

Deno.test("refresh --if-expiring-within refreshes a token that expires sooner", async () => {
  const { data } = await replied([tokenAnswer()], 30 * MINUTE + 1);
  assertEquals((data as { refreshed: boolean }).refreshed, true);
});

Deno.test("refresh that another process was faster than says so, and sends nothing", async () => {
  using scene = sessionScene(LOGIN, {
    sleep: () => {
      putLogin(scene.configDir, { ...LOGIN, accessToken: new Secret("others-access") });
      return Promise.resolve(lock[Symbol.dispose]());
    },
  });
  const lock = await lockFile(`${scene.configDir}/credentials/default.lock`, 0, fakeSystem());
  const { text, data } = await refresh(scene.flags, scene.context);
  assertStringIncludes(text, "Another process has just refreshed the login.");
  assertEquals((data as { refreshed: boolean }).refreshed, false);
});

Deno.test("refresh of a login without a refresh token is login_required, and sends nothing", async () => {
  using scene = sessionScene(withoutRefreshToken(LOGIN));
  const error = await assertRejects(() => refresh(scene.flags, scene.context), CliError);
  assertEquals(error.kind, "login_required");
});
