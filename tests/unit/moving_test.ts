// A move of a login between two places that are both on this disk. Rule: the stores are the program's own.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { CliError } from "../../src/base/errors.ts";
import { Secret } from "../../src/base/secret.ts";
import type { LockedLogin } from "../../src/store/locked_login.ts";
import { openStore } from "../../src/store/logins.ts";
import { moveLogin, type MovingPlace } from "../../src/store/moving.ts";
import { sameTokenSet } from "../../src/oauth/token_sets.ts";
import { fakeSystem } from "../support/fake_system.ts";
import { LOGIN, putLogin, STALE } from "../support/logins.ts";
import { rescueScene, rescueTokens } from "../support/rescue_scene.ts";
import { tempDir } from "../support/temp_dir.ts";

function placeAt(configDir: string, env: Readonly<Record<string, string>> = {}): MovingPlace {
  return { store: openStore(configDir, fakeSystem({ env }), () => {}), name: configDir };
}

/** The same place, where a command is killed before it removes a login. */
function killedBeforeRemoval({ store, name }: MovingPlace): MovingPlace {
  const lock = async (profile: string): Promise<LockedLogin> => ({
    ...await store.lock(profile),
    remove: () => Promise.reject(new Error("killed")),
  });
  return { name, store: { ...store, lock } };
}

Deno.test("a login whose next tokens were rescued and cannot be read is not moved", async () => {
  using at = rescueScene();
  using dir = tempDir();
  Deno.chmodSync(await rescueTokens(at), 0o644);
  const [here, there] = [placeAt(at.configDir, { HOME: at.elsewhere }), placeAt(dir.path)];
  const error = await assertRejects(() => moveLogin("default", here, there), CliError);
  assertStringIncludes(error.message, "Cannot get the new tokens from ");
  assertEquals(await there.store.load("default"), undefined);
  const back = await assertRejects(() => moveLogin("default", there, here), CliError);
  assertEquals(back.message, error.message);
});

Deno.test("a move that was killed is finished after a refresh there, also of a login that has no id of its sign-in", async () => {
  using from = tempDir();
  using to = tempDir();
  putLogin(from.path, STALE);
  const [here, there] = [placeAt(from.path), placeAt(to.path)];
  await assertRejects(
    () => moveLogin("default", killedBeforeRemoval(here), there),
    Error,
    "killed",
  );
  const refreshed = { ...LOGIN, refreshToken: new Secret("next-refresh") };
  {
    await using login = await there.store.lock("default");
    await login.save({ ...await login.load(), ...refreshed });
  }
  assertEquals(await moveLogin("default", here, there), true);
  assertEquals(await here.store.load("default"), undefined);
  assertEquals(sameTokenSet(await there.store.load("default"), refreshed), true);
});
