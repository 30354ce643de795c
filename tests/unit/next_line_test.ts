// A `Next:` line that signs in has to name the profile, or the user signs in to another one.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { login } from "../../src/commands/login.ts";
import { whoami } from "../../src/commands/whoami.ts";
import { CliError } from "../../src/base/errors.ts";
import { saveProfile } from "../../src/settings/profiles.ts";
import { errorAnswer, LOGIN, withoutRefreshToken } from "../support/logins.ts";
import { sessionScene } from "../support/session_scene.ts";
import { type SignIn, signIn } from "../support/sign_in_scene.ts";
import { nextOf } from "../support/shown.ts";

async function nextAt(at: SignIn): Promise<string> {
  const flags = { ...at.flags, profile: "eu", timeout: 60_000 };
  return nextOf(await assertRejects(() => login(flags, at.context), CliError));
}

Deno.test("the Next line of a declined sign-in names the profile", async () => {
  await using at = signIn([], { answer: { error: "access_denied" } });
  assertStringIncludes(await nextAt(at), "anaplan-auth login --profile eu");
});

Deno.test("the Next line of a refused code names the profile", async () => {
  await using at = signIn([errorAnswer(400, "invalid_grant")]);
  assertStringIncludes(await nextAt(at), "anaplan-auth login --profile eu");
});

Deno.test("the Next line of a sign-in that took too long names the profile", async () => {
  await using at = signIn([], { clockStands: false, openBrowser: () => Promise.resolve(true) });
  assertStringIncludes(await nextAt(at), "anaplan-auth login --profile eu");
});

Deno.test("the Next line of whoami with a refused token names the profile", async () => {
  using scene = sessionScene(withoutRefreshToken(LOGIN), {
    network: [new Response(null, { status: 401 })],
  }, "eu");
  saveProfile(scene.configDir, "eu", {}, () => {});
  const error = await assertRejects(() => whoami(scene.flags, scene.context), CliError);
  assertEquals(error.kind, "login_required");
  assertStringIncludes(nextOf(error), "anaplan-auth login --profile eu");
});
