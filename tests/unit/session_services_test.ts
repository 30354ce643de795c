// A token that a service refuses: refreshed once, and then believed.
import { signIn } from "../../src/base/advice.ts";
import { assertEquals, assertRejects } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { withFreshTokenSet } from "../../src/session/session.ts";
import { granted, LOGIN, withoutRefreshToken } from "../support/logins.ts";
import { sessionScene } from "../support/session_scene.ts";
import { nextOf } from "../support/shown.ts";

Deno.test("a token that a service refuses is refreshed once, and the service asked once more", async () => {
  using scene = sessionScene(LOGIN, { network: [granted()] });
  const used: string[] = [];
  const result = await withFreshTokenSet(scene.settings, scene.context, ({ accessToken }) => {
    used.push(accessToken.reveal());
    if (used.length === 1) throw new CliError("login_required", "it does not accept the token");
    return Promise.resolve("done");
  });
  assertEquals([result, used], ["done", ["old-access", "new-access"]]);
});

Deno.test("a service that refuses the new token, too, is believed", async () => {
  using scene = sessionScene(LOGIN, { network: [granted()] });
  const refuse = (): Promise<never> => Promise.reject(new CliError("login_required", "no"));
  const error = await assertRejects(
    () => withFreshTokenSet(scene.settings, scene.context, refuse),
    CliError,
  );
  assertEquals([error.kind, error.message], ["login_required", "no"]);
});

Deno.test("a second refusal's Next line names the profile", async () => {
  using scene = sessionScene(LOGIN, { network: [granted()] }, "eu");
  const refusal = new CliError("login_required", "no", { next: signIn() });
  const error = await assertRejects(
    () => withFreshTokenSet(scene.settings, scene.context, () => Promise.reject(refusal)),
    CliError,
  );
  assertEquals(nextOf(error), "anaplan-auth login --profile eu");
});

Deno.test("a service's other failures, and a login that cannot be refreshed, are not tried again", async () => {
  const ended = { ...LOGIN, endedBy: "invalid_grant" };
  const cases = [
    [LOGIN, "unavailable"],
    [ended, "login_required"],
    [withoutRefreshToken(LOGIN), "login_required"],
  ] as const;
  for (const [login, kind] of cases) {
    using scene = sessionScene(login);
    const refusal = new CliError(kind, "the service's own words");
    const error = await assertRejects(
      () => withFreshTokenSet(scene.settings, scene.context, () => Promise.reject(refusal)),
      CliError,
    );
    assertEquals(error === refusal, true);
  }
});
