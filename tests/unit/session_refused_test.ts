// A refresh that the server refuses: the login is marked as ended, or left as it is.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { CliError } from "../../src/errors.ts";
import { saveProfile } from "../../src/profiles.ts";
import { Secret } from "../../src/secret.ts";
import { freshTokenSet, refreshedTokenSet } from "../../src/session.ts";
import { sameTokenSet } from "../../src/token_set.ts";
import {
  LOGIN,
  loginFile,
  putLogin,
  refused,
  STALE,
  storedLogin,
  unreachable,
  webPage,
} from "../support/logins.ts";
import { type SessionScene, sessionScene } from "../support/session_scene.ts";
import { namesIn } from "../support/temp_dir.ts";

async function failure(scene: SessionScene): Promise<CliError> {
  return await assertRejects(() => freshTokenSet(scene.settings, scene.context), CliError);
}

Deno.test("invalid_grant marks the login as ended and keeps its file", async () => {
  using scene = sessionScene(STALE, { network: [refused(400, "invalid_grant")] });
  const error = await failure(scene);
  assertEquals([error.kind, error.oauthError], ["login_required", "invalid_grant"]);
  const stored = storedLogin(scene.configDir);
  assert(sameTokenSet(stored, STALE));
  assertEquals(stored.endedBy, "invalid_grant");
});

Deno.test("a login that has ended is not asked about again", async () => {
  using scene = sessionScene({ ...STALE, endedBy: "invalid_grant" });
  for (const work of [freshTokenSet, refreshedTokenSet]) {
    const error = await assertRejects(() => work(scene.settings, scene.context), CliError);
    assertEquals([error.kind, error.oauthError], ["login_required", "invalid_grant"]);
    assertEquals(error.next, "anaplan-auth login");
  }
});

Deno.test("invalid_grant about a token that was replaced meanwhile marks nothing", async () => {
  const fresh = { ...LOGIN, refreshToken: new Secret("others-refresh") };
  using scene = sessionScene(STALE, {
    network: [() => {
      putLogin(scene.configDir, fresh); // by something that knows no locks
      return refused(400, "invalid_grant");
    }],
  });
  assert(sameTokenSet(await freshTokenSet(scene.settings, scene.context), fresh));
  assertEquals(storedLogin(scene.configDir).endedBy, undefined);
});

Deno.test("what says nothing about the login leaves it untouched", async () => {
  const answers = [
    refused(401, "invalid_client"),
    refused(400, "unauthorized_client"),
    webPage(400),
    webPage(403),
    new Response(null, { status: 401 }),
    webPage(502),
    unreachable(),
  ];
  for (const answer of answers) {
    using scene = sessionScene(STALE, { network: [answer] });
    const before = Deno.readTextFileSync(loginFile(scene.configDir));
    const { kind } = await failure(scene);
    assert(kind === "denied" || kind === "unavailable", kind);
    assertEquals(Deno.readTextFileSync(loginFile(scene.configDir)), before);
  }
});

Deno.test("after invalid_grant a token that is still good is still given", async () => {
  using scene = sessionScene({ ...LOGIN, endedBy: "invalid_grant" });
  assert(sameTokenSet(await freshTokenSet(scene.settings, scene.context), LOGIN));
});

for (const network of [refused(400, "invalid_grant"), refused(401, "invalid_client")]) {
  Deno.test(`the Next line of a refresh refused with ${network.status} names the profile`, async () => {
    using scene = sessionScene(STALE, { network: [network] }, "eu");
    saveProfile(scene.configDir, "eu", {}, () => {});
    const error = await assertRejects(
      () => freshTokenSet(scene.settings, scene.context),
      CliError,
    );
    assertEquals(error.next, "anaplan-auth login --profile eu");
  });
}

Deno.test("invalid_grant about a login that was removed meanwhile does not bring its file back", async () => {
  using scene = sessionScene(STALE, {
    network: [() => {
      Deno.removeSync(loginFile(scene.configDir)); // by something that knows no locks
      return refused(400, "invalid_grant");
    }],
  });
  await assertRejects(() => freshTokenSet(scene.settings, scene.context), CliError);
  assertEquals(namesIn(`${scene.configDir}/credentials`), ["default.lock"]);
});

Deno.test("a login that another program put there during invalid_grant is not called our refresh", async () => {
  using scene = sessionScene(LOGIN, {
    network: [() => {
      putLogin(scene.configDir, { ...LOGIN, refreshToken: new Secret("others-refresh") });
      return refused(400, "invalid_grant");
    }],
  });
  const { byUs } = await refreshedTokenSet(scene.settings, scene.context);
  assertEquals(byUs, false);
});
