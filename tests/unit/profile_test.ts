// The commands `profile list`, `show`, `use` and `remove`.
import { withNearNames } from "../../src/base/near_names.ts";
import { formatWords } from "../../src/base/words.ts";
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { profileShow, profileUse } from "../../src/commands/profile.ts";
import { profileRemove } from "../../src/commands/profile_remove.ts";
import { profileList } from "../../src/commands/profile_list.ts";
import { status } from "../../src/commands/status.ts";
import type { CommandContext, CommonFlags, Reply } from "../../src/command.ts";
import { CliError } from "../../src/base/errors.ts";
import { currentProfile, profileLocation } from "../../src/settings/location.ts";
import { loadProfile, saveProfile } from "../../src/settings/profiles.ts";
import type { Arranged } from "../support/fake_system.ts";
import { LOGIN, putLogin } from "../support/logins.ts";
import { type SessionScene, sessionScene } from "../support/session_scene.ts";
import { namesIn } from "../support/temp_dir.ts";
import { nextOf, textOf } from "../support/shown.ts";

/** A scene with the profiles `default` (signed in) and `eu-test` (in eu3, not signed in). */
function twoProfiles(arranged: Arranged = {}): SessionScene {
  const scene = sessionScene(LOGIN, arranged);
  saveProfile(scene.configDir, "default", { clientId: "a-client" }, () => {});
  saveProfile(scene.configDir, "eu-test", { region: "eu3" }, () => {});
  return scene;
}

/** A terminal on which the user answers; `undefined` when nothing may be asked. */
function atTerminal(answer: string | undefined): Arranged {
  const readLine = () =>
    answer === undefined ? Promise.reject(new Error("asked")) : Promise.resolve(answer);
  return { terminal: { stdin: true, stderr: true, readLine } };
}

Deno.test("profile list shows each profile's region and login, and stars the current one", async () => {
  using scene = twoProfiles();
  const { text, data } = await profileList(scene.flags, scene.context);
  assertEquals(formatWords(text).split("\n"), [
    "* default  us1, signed in",
    "  eu-test  eu3, not signed in",
  ]);
  assertEquals(data, {
    profiles: [
      {
        name: "default",
        current: true,
        region: "us1",
        logged_in: true,
        user_name: null,
        email: null,
      },
      {
        name: "eu-test",
        current: false,
        region: "eu3",
        logged_in: false,
        user_name: null,
        email: null,
      },
    ],
  });
});

Deno.test("the star is at the profile that the next command would use", async () => {
  using scene = twoProfiles();
  await profileUse(scene.flags, scene.context, "eu-test");
  assertMatch(formatWords((await profileList(scene.flags, scene.context)).text), /^\* eu-test/m);
  const named = await profileList({ ...scene.flags, profile: "default" }, scene.context);
  assertMatch(formatWords(named.text), /^\* default/m);
});

Deno.test("profile list counts a login without settings", async () => {
  using scene = sessionScene(LOGIN, {}, "eu");
  assertStringIncludes(
    formatWords((await profileList(scene.flags, scene.context)).text),
    "eu  us1, signed in",
  );
});

Deno.test("profile list without any profile says what to type, and is no failure", async () => {
  using scene = sessionScene(undefined);
  const reply = await profileList(scene.flags, scene.context);
  assertEquals([reply.outcome, reply.data], [undefined, { profiles: [] }]);
  assertEquals(textOf(reply), "There is no profile yet.\nNext: anaplan-auth login");
});

Deno.test("profile show prints what was given under the flags' names, and no default", async () => {
  using scene = sessionScene(undefined);
  const saved = { region: "eu3", clientId: "a-client", listen: ["localhost:1", "[::1]:2"] };
  saveProfile(scene.configDir, "default", saved, () => {});
  const { text } = await profileShow(scene.flags, scene.context);
  assertEquals(formatWords(text).split("\n").map((line) => line.split(/ {2,}/)), [
    ["profile", "default"],
    ["client-id", "a-client"],
    ["region", "eu3"],
    ["listen", "localhost:1, [::1]:2"],
  ]);
});

Deno.test("profile show --json has every setting, and null for what was not given", async () => {
  using scene = twoProfiles();
  const { data } = await profileShow(scene.flags, scene.context, "eu-test");
  const { profile, region, redirect_uri, client_id } = data as Record<string, unknown>;
  assertEquals([profile, region, redirect_uri, client_id], ["eu-test", "eu3", null, null]);
});

Deno.test("profile show shows nothing of the login", async () => {
  using scene = twoProfiles();
  const reply = await profileShow(scene.flags, scene.context);
  assertEquals(/old-|client-secret/.test(JSON.stringify(reply)), false);
});

Deno.test("profile show and use take a name, else the current profile", async () => {
  using scene = twoProfiles();
  const named = await profileShow({ ...scene.flags, profile: "eu-test" }, scene.context);
  assertMatch(formatWords(named.text), /^profile +eu-test$/m);
  await profileUse(scene.flags, scene.context, "eu-test");
  assertEquals(currentProfile(scene.configDir), "eu-test");
  assertMatch(
    formatWords((await profileShow(scene.flags, scene.context)).text),
    /^profile +eu-test$/m,
  );
});

Deno.test("the profile that is used is that of every later command", async () => {
  using scene = twoProfiles();
  await profileUse(scene.flags, scene.context, "eu-test");
  const { data } = await status(scene.flags, scene.context);
  assertEquals((data as { profile: string }).profile, "eu-test");
});

const WITH_A_NAME = { show: profileShow, use: profileUse, remove: profileRemove };
type WithAName = (flags: CommonFlags, context: CommandContext, name: string) => Promise<Reply>;
for (const [verb, command] of Object.entries<WithAName>(WITH_A_NAME)) {
  Deno.test(`profile ${verb} of a profile that does not exist is exit 2, and suggests near names`, async () => {
    using scene = twoProfiles();
    const error = await assertRejects(
      async () => await command(scene.flags, scene.context, "eu-tset"),
      CliError,
    );
    assertEquals(error.kind, "usage");
    assertEquals(
      withNearNames(error).message,
      "There is no profile eu-tset; did you mean eu-test?",
    );
    assertEquals(nextOf(error), "anaplan-auth profile list");
    assertEquals(currentProfile(scene.configDir), undefined);
  });

  Deno.test(`profile ${verb} of a name that cannot be one is exit 2, and touches nothing`, async () => {
    using scene = twoProfiles();
    for (const name of ["../default", "EU", "", "a/b"]) {
      const error = await assertRejects(
        async () => await command(scene.flags, scene.context, name),
        CliError,
      );
      assertEquals(error.kind, "usage");
    }
    assertEquals(namesIn(`${scene.configDir}/profiles`), ["default.json", "eu-test.json"]);
  });
}

Deno.test("profile remove removes settings and login, and says what the server may still accept", async () => {
  using scene = twoProfiles();
  putLogin(scene.configDir, LOGIN, "eu-test");
  const { data } = await profileRemove(scene.flags, scene.context, "eu-test");
  assertEquals(data, { profile: "eu-test", login_removed: true, current: "default" });
  assertEquals(loadProfile(scene.configDir, "eu-test"), undefined);
  assertEquals(namesIn(`${scene.configDir}/credentials`), ["default.json", "eu-test.lock"]);
  assertStringIncludes(
    scene.context.talk.warned.join("\n"),
    "it stays valid at Anaplan until about",
  );
});

for (const answer of ["", "n", "later"]) {
  Deno.test(`profile remove on a terminal removes nothing when the answer is "${answer}"`, async () => {
    using scene = twoProfiles(atTerminal(answer));
    putLogin(scene.configDir, LOGIN, "eu-test");
    const error = await assertRejects(
      () => profileRemove(scene.flags, scene.context, "eu-test"),
      CliError,
    );
    assertEquals(error.kind, "interrupted");
    assertEquals(
      formatWords(error.next ?? ""),
      "anaplan-auth logout --profile eu-test",
    );
    assert(loadProfile(scene.configDir, "eu-test") !== undefined);
    assert(namesIn(`${scene.configDir}/credentials`).includes("eu-test.json"));
  });
}

Deno.test("profile remove on a terminal removes it for y, and with --yes without a question", async () => {
  for (const [answer, flags] of [["y", {}], [undefined, { yes: true }]] as const) {
    using scene = twoProfiles(atTerminal(answer));
    putLogin(scene.configDir, LOGIN, "eu-test");
    await profileRemove({ ...scene.flags, ...flags }, scene.context, "eu-test");
    assertEquals(loadProfile(scene.configDir, "eu-test"), undefined);
  }
});

Deno.test("profile remove of a profile without a login warns of nothing", async () => {
  using scene = twoProfiles();
  const { data } = await profileRemove(scene.flags, scene.context, "eu-test");
  assertEquals(data, { profile: "eu-test", login_removed: false, current: "default" });
  assertEquals(scene.context.talk.warned, []);
});

Deno.test("profile show says that PKCE is off by the flag's name, and not the other way round", async () => {
  using scene = sessionScene(undefined);
  saveProfile(scene.configDir, "default", { pkce: false }, () => {});
  const { text, data } = await profileShow(scene.flags, scene.context);
  assertMatch(formatWords(text), /^no-pkce +true$/m);
  assertEquals((data as { no_pkce: boolean }).no_pkce, true);
});

/** What `profile remove NAME` prints, for profiles of which `chosen` was chosen. */
async function removed(names: readonly string[], name: string, chosen?: string) {
  using scene = sessionScene(undefined);
  for (const one of names) saveProfile(scene.configDir, one, {}, () => {});
  if (chosen !== undefined) await profileUse(scene.flags, scene.context, chosen);
  const reply = await profileRemove(scene.flags, scene.context, name);
  const { current } = reply.data as { current: string | null };
  assertEquals(current ?? "default", profileLocation(scene.flags, scene.context.system).profile);
  return [formatWords(reply.text), current];
}

Deno.test("profile remove of the profile in use says which one is used from now on", async () => {
  assertEquals(await removed(["default", "eu", "us"], "eu", "eu"), [
    "Removed (profile eu). Profile default is used from now on.",
    "default",
  ]);
  assertEquals(await removed(["eu", "us"], "eu", "eu"), [
    "Removed (profile eu). Profile us is used from now on.",
    "us",
  ]);
  assertEquals(await removed(["eu", "us"], "us", "eu"), ["Removed (profile us).", "eu"]);
});

Deno.test("profile remove of the profile in use says how to choose among several, or to sign in", async () => {
  assertEquals(await removed(["ap", "eu", "us"], "us", "us"), [
    "Removed (profile us). No profile is chosen now: there are ap, eu.\n" +
    "Next: anaplan-auth profile use ap",
    null,
  ]);
  assertEquals(await removed(["eu"], "eu"), [
    "Removed (profile eu). No profile is left.\nNext: anaplan-auth login",
    null,
  ]);
});
