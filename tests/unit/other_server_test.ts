// A login of other servers than the settings name now is not "signed in", whatever command speaks of it.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { formatWords } from "../../src/base/words.ts";
import { profileList } from "../../src/commands/profile_list.ts";
import { status, statusInShort } from "../../src/commands/status.ts";
import { type Profile, saveProfile } from "../../src/settings/profiles.ts";
import type { SettingFlags } from "../../src/settings/settings.ts";
import { doctorScene, runDoctor } from "../support/doctor_scene.ts";
import { fakeContext } from "../support/fake_system.ts";
import { LOGIN, putLogin, STALE } from "../support/logins.ts";
import { runCommandLine } from "../support/run_command_line.ts";
import { nextOf } from "../support/shown.ts";

/** The profile, the variables, the host that is asked by now, and what to type. */
type Case = readonly [Profile, Readonly<Record<string, string>>, string, string];

const AGAIN = "anaplan-auth login --profile eu; or " +
  "anaplan-auth profile set eu";

const CASES: Readonly<Record<string, Case>> = {
  "by a variable": [
    { region: "eu1" },
    { ANAPLAN_REGION: "gb1" },
    "gb1.api.anaplan.com",
    "unset ANAPLAN_REGION",
  ],
  "by a variable, over a server of the profile's": [
    { apiUrl: "https://api.anaplan.com" },
    { ANAPLAN_REGION: "gb1" },
    "gb1.api.anaplan.com",
    "unset ANAPLAN_REGION",
  ],
  "by the profile's region": [
    { region: "gb1" },
    {},
    "gb1.api.anaplan.com",
    `${AGAIN} --region NAME`,
  ],
  "by the profile's region, which a variable repeats": [
    { region: "gb1" },
    { ANAPLAN_REGION: "gb1" },
    "gb1.api.anaplan.com",
    `${AGAIN} --region NAME`,
  ],
  "by the profile's API": [
    { apiUrl: "https://api.example.com" },
    {},
    "api.example.com",
    `${AGAIN} --unset api-url`,
  ],
};

for (const [how, [profile, variables, host, next]] of Object.entries(CASES)) {
  for (const [age, login] of Object.entries({ fresh: LOGIN, stale: STALE })) {
    Deno.test(`a ${age} login of other servers, ${how}, is signed out in status, the list, doctor and alone`, async () => {
      using scene = doctorScene({ login: undefined });
      saveProfile(scene.configDir, "eu", profile, () => {});
      putLogin(scene.configDir, login, "eu");
      const env = {
        ...variables,
        ANAPLAN_AUTH_CONFIG_DIR: scene.configDir,
        ANAPLAN_PROFILE: "eu",
      };
      const context = fakeContext({ env });
      const why = `This login is for api.anaplan.com, not for ${host}`;
      const { text, data, outcome } = await status({}, context);
      assertEquals(
        [formatWords(text), outcome],
        [`${why} (profile eu).\nNext: ${next}`, "login_required"],
      );
      const { logged_in, next: typed } = data as Record<string, unknown>;
      assertEquals([logged_in, typed], [false, next]);

      assertStringIncludes(
        formatWords(await statusInShort(context)),
        `${why} (profile eu).\nNext: `,
      );

      const list = await profileList({}, context);
      assertStringIncludes(formatWords(list.text), `not for ${host}\nNext: ${next}`);
      const { profiles } = list.data as { profiles: { logged_in: boolean }[] };
      assertEquals(profiles.map((one) => one.logged_in), [false]);

      using there = doctorScene({ login: undefined, env });
      const { named } = await runDoctor({ ...there, flags: { configDir: scene.configDir } });
      const [check, ...others] = named("Login");
      assertEquals([check?.mark, check?.seen, nextOf(check), others], ["problem", why, next, []]);
      assertEquals(named("Region"), []);
    });
  }
}

Deno.test("whoami of a login of another region says to unset the variable that names it", async () => {
  using scene = doctorScene();
  const { code, stderr } = await runCommandLine(
    ["whoami", "--config-dir", scene.configDir],
    { env: { ANAPLAN_REGION: "gb1" } },
  );
  assertEquals([code, stderr], [
    3,
    "This login is for api.anaplan.com, not for gb1.api.anaplan.com.\nNext: unset ANAPLAN_REGION\n",
  ]);
});

Deno.test("doctor with a flag that names another region says to leave it out", async () => {
  using scene = doctorScene();
  const flags: SettingFlags = { region: "gb1" };
  const [check] = (await runDoctor(scene, flags)).named("Login");
  assertEquals(nextOf(check), "leave out --region");
});
