// Profiles that several commands change at the same moment: each change counts, and none undoes a later one.
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { login } from "../../src/commands/login.ts";
import { profileSet, profileUse } from "../../src/commands/profile.ts";
import { profileRemove } from "../../src/commands/profile_remove.ts";
import { CliError } from "../../src/base/errors.ts";
import { lockFile } from "../../src/files/lock_file.ts";
import { currentProfile } from "../../src/settings/location.ts";
import { saveCurrentProfile } from "../../src/session/current_profile.ts";
import { loadProfile, saveProfile } from "../../src/settings/profiles.ts";
import { pending, userCode } from "../support/device.ts";
import { fakeSystem } from "../support/fake_system.ts";
import { loginFile, tokenAnswer } from "../support/logins.ts";
import { type SessionScene, sessionScene } from "../support/session_scene.ts";
import { ada } from "../support/sign_in_scene.ts";
import { namesIn, tempDir } from "../support/temp_dir.ts";

const SETTINGS = { region: "eu3", clientId: "a-client", deviceClientId: "a-device-client" };

/** Three profiles without a login, of which `b` is in use; `meanwhile` runs while the first lock is waited for. */
async function whileLocked(
  file: string,
  meanwhile: (scene: SessionScene) => void,
  command: (scene: SessionScene) => Promise<unknown>,
): Promise<string | undefined> {
  let hasWaited = false;
  using scene = sessionScene(undefined, {
    sleep() {
      if (!hasWaited) meanwhile(scene);
      if (!hasWaited) lock[Symbol.dispose]();
      hasWaited = true;
      return Promise.resolve();
    },
  });
  for (const name of ["a", "b", "c"]) saveProfile(scene.configDir, name, SETTINGS, () => {});
  saveCurrentProfile(scene.configDir, "b", () => {});
  Deno.mkdirSync(`${scene.configDir}/credentials`, { mode: 0o700 });
  const lock = await lockFile(`${scene.configDir}/${file}`, 0, fakeSystem());
  try {
    await command(scene);
    return currentProfile(scene.configDir);
  } finally {
    if (!hasWaited) lock[Symbol.dispose]();
    assertEquals(hasWaited, true, "the lock is waited for");
  }
}

for (const file of ["credentials/b.lock", "config.lock"]) {
  Deno.test(`profile remove waits for ${file}, and a later profile use counts`, async () => {
    const current = await whileLocked(
      file,
      ({ configDir }) => saveCurrentProfile(configDir, "c", () => {}),
      ({ flags, context }) => profileRemove(flags, context, "b"),
    );
    assertEquals(current, "c");
  });
}

Deno.test("profile use does not choose a profile that was removed while it waited", async () => {
  const current = await whileLocked(
    "config.lock",
    ({ configDir }) => Deno.removeSync(`${configDir}/profiles/c.json`),
    ({ flags, context }) => assertRejects(() => profileUse(flags, context, "c"), CliError),
  );
  assertEquals(current, "b");
});

const DEVICE = { device: true } as const;

/** A device login that waits for its approval while another command runs; what it leaves. */
async function signedInWhile(
  meanwhile: (scene: SessionScene) => Promise<unknown>,
  flags: Readonly<Record<string, string>> = {},
) {
  using scene = sessionScene(undefined, { network: [userCode(), pending(), tokenAnswer(), ada()] });
  saveProfile(scene.configDir, "default", SETTINGS, () => {});
  let isDone: Promise<unknown> | undefined;
  const { sleep } = scene.context.system;
  Object.assign(scene.context.system, {
    sleep: async (milliseconds: number, signal?: AbortSignal) => {
      if (milliseconds >= 1_000) await (isDone ??= meanwhile(scene)); // between two polls
      await sleep(milliseconds, signal);
    },
  });
  await login({ ...scene.flags, ...DEVICE, ...flags }, scene.context);
  return {
    profile: loadProfile(scene.configDir, "default"),
    warned: scene.context.talk.warned.join("\n"),
  };
}

Deno.test("a profile that was removed while its login waited is there again, with all settings", async () => {
  const remove = ({ flags, context }: SessionScene) => profileRemove(flags, context, "default");
  assertEquals((await signedInWhile(remove)).profile, SETTINGS);
});

Deno.test("what was typed for a login counts, though the profile said the same before", async () => {
  const set = ({ flags, context }: SessionScene) =>
    profileSet({ ...flags, clientId: "another-client" }, context);
  const { profile, warned } = await signedInWhile(set, { clientId: SETTINGS.clientId });
  assertEquals(profile, SETTINGS);
  assertStringIncludes(warned, "--client-id");
});

Deno.test("a login keeps its own servers, and names the setting that it takes back", async () => {
  const set = ({ flags, context }: SessionScene) =>
    profileSet({ ...flags, apiUrl: "https://api.example.com", scope: "openid" }, context);
  const { profile, warned } = await signedInWhile(set);
  assertEquals(profile, { ...SETTINGS, scope: "openid" });
  assertStringIncludes(warned, "--api-url has the value of this sign-in again");
});

Deno.test("the settings of a first login are saved, though its tokens had to be rescued", async () => {
  using elsewhere = tempDir();
  const approved = (): Response => {
    Deno.removeSync(`${scene.configDir}/credentials`, { recursive: true });
    return tokenAnswer();
  };
  using scene = sessionScene(undefined, {
    network: [userCode(), approved],
    env: { TMPDIR: elsewhere.path },
  });
  const flags = { ...scene.flags, ...DEVICE, ...SETTINGS };
  const error = await assertRejects(() => login(flags, scene.context), CliError);
  assertEquals([error.kind, error.code], ["storage", "not_saved"]);
  assertEquals(loadProfile(scene.configDir, "default"), SETTINGS);
});

Deno.test("tokens are saved though the settings cannot be", async () => {
  const approved = (): Response => {
    Deno.writeTextFileSync(`${scene.configDir}/profiles`, "");
    return tokenAnswer();
  };
  using scene = sessionScene(undefined, { network: [userCode(), approved] });
  const flags = { ...scene.flags, ...DEVICE, ...SETTINGS };
  const error = await assertRejects(() => login(flags, scene.context), CliError);
  assertStringIncludes(error.message, "The new tokens are saved, but not the settings");
  assertEquals(namesIn(loginFile(scene.configDir).replace(/\/[^/]*$/, "")), [
    "default.json",
    "default.lock",
  ]);
});
