// A token that a service refuses: refreshed once, and then believed.
import { signIn } from "../../src/base/words.ts";
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { clockTime } from "../../src/base/times.ts";
import { withFreshTokenSet } from "../../src/session/services.ts";
import { freshTokenSet } from "../../src/session/session.ts";
import { errorAnswer, LOGIN, tokenAnswer, withoutRefreshToken } from "../support/logins.ts";
import { START } from "../support/fake_system.ts";
import { sessionScene } from "../support/session_scene.ts";
import { nextOf } from "../support/shown.ts";

Deno.test("a token that a service refuses is refreshed once, and the service asked once more", async () => {
  using scene = sessionScene(LOGIN, { network: [tokenAnswer()] });
  const used: string[] = [];
  const result = await withFreshTokenSet(scene.settings, scene.context, ({ accessToken }) => {
    used.push(accessToken.reveal());
    if (used.length === 1) throw new CliError("login_required", "it does not accept the token");
    return Promise.resolve("done");
  });
  assertEquals([result, used], ["done", ["old-access", "new-access"]]);
});

Deno.test("a service that also rejects the new token is believed", async () => {
  using scene = sessionScene(LOGIN, { network: [tokenAnswer()] });
  const refuse = (): Promise<never> => Promise.reject(new CliError("login_required", "no"));
  const error = await assertRejects(
    () => withFreshTokenSet(scene.settings, scene.context, refuse),
    CliError,
  );
  assertEquals([error.kind, error.message], ["login_required", "no, although it is new"]);
});

Deno.test("a second refusal's Next line names the profile, and the region", async () => {
  using scene = sessionScene(LOGIN, { network: [tokenAnswer()] }, "eu");
  const refusal = new CliError("login_required", "no", { next: signIn() });
  const error = await assertRejects(
    () => withFreshTokenSet(scene.settings, scene.context, () => Promise.reject(refusal)),
    CliError,
  );
  assertMatch(nextOf(error), /^anaplan-auth login --profile eu --region NAME, .*\(now us1\)/);
});

Deno.test("a service's other failures are not tried again", async () => {
  using scene = sessionScene(LOGIN);
  const refusal = new CliError("unavailable", "the service's own words");
  const error = await assertRejects(
    () => withFreshTokenSet(scene.settings, scene.context, () => Promise.reject(refusal)),
    CliError,
  );
  assertEquals(error === refusal, true);
});

for (
  const [what, login, reason] of [
    ["that was rejected", { ...LOGIN, endedBy: "invalid_grant" }, "invalid_grant"],
    ["without a refresh token", withoutRefreshToken(LOGIN), "HTTP 401"],
  ] as const
) {
  Deno.test(`a refused token of a login ${what} signs you out, for each later command`, async () => {
    using scene = sessionScene(login);
    const refusal = new CliError("login_required", "the service's own words");
    const error = await assertRejects(
      () => withFreshTokenSet(scene.settings, scene.context, () => Promise.reject(refusal)),
      CliError,
    );
    const at = clockTime(START, START);
    const sentence =
      `You are signed out: Anaplan rejected your login at ${at} (${reason}, profile default)`;
    assertEquals([error.kind, error.message, nextOf(error)], [
      "login_required",
      sentence,
      "anaplan-auth login",
    ]);
    const later = await assertRejects(() => freshTokenSet(scene.settings, scene.context), CliError);
    assertEquals(later.message, sentence);
  });
}

Deno.test("a rejected token whose refresh is rejected is no longer given out", async () => {
  using scene = sessionScene(LOGIN, { network: [errorAnswer(400, "invalid_grant")] });
  const refusal = new CliError("login_required", "no");
  await assertRejects(
    () => withFreshTokenSet(scene.settings, scene.context, () => Promise.reject(refusal)),
    CliError,
  );
  const later = await assertRejects(() => freshTokenSet(scene.settings, scene.context), CliError);
  assertMatch(later.message, /^You are signed out: Anaplan rejected your login at /);
});
