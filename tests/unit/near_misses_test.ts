// What is nearly right is answered with what was meant: commands, flags, regions, profiles.
// Rule: every name of the tree is misspelt here, so that a new one is in the test by being there.
import { assert, assertEquals } from "@std/assert";
import { toKebabCase } from "../../src/base/parse.ts";
import { saveProfile } from "../../src/settings/profiles.ts";
import { REGIONS } from "../../src/provider/regions.ts";
import { runCommandLine } from "../support/run_command_line.ts";
import { sessionScene } from "../support/session_scene.ts";
import { commands, groups } from "../support/tree.ts";

/** The name with a letter doubled, as a key that was held too long types it. */
function mistyped(name: string): string {
  return name.replace(/(.)$/, "$1$1");
}

async function assertSuggests(argv: readonly string[], name: string, code = 2): Promise<void> {
  const { stdout, stderr, code: seen } = await runCommandLine(argv);
  const suggested = /did you mean ([^?]*)\?/.exec(stdout + stderr)?.[1]?.split(/, | or /) ?? [];
  assert(suggested.includes(name), `${argv.join(" ")}: ${stdout}${stderr}`);
  assertEquals(seen, code);
}

Deno.test("every command is suggested when it is misspelled, also in groups and in help", async () => {
  const names = [...commands().map(({ name }) => name), ...groups().map(([name]) => name)];
  for (const name of names) {
    const words = name.split(" ");
    const last = words.at(-1) ?? "";
    await assertSuggests([...words.slice(0, -1), mistyped(last)], last);
    await assertSuggests(["help", ...words.slice(0, -1), mistyped(last)], last);
  }
});

Deno.test("every flag of every command is suggested to who misspells it", async () => {
  for (const { name, command } of commands()) {
    for (const flag of Object.keys(command.parameters.flags ?? {})) {
      await assertSuggests(
        [...name.split(" "), `--${mistyped(toKebabCase(flag))}`],
        `--${toKebabCase(flag)}`,
      );
    }
  }
});

Deno.test("every region is suggested to who misspells it", async () => {
  for (const region of Object.keys(REGIONS)) {
    await assertSuggests(["profile", "set", "--region", mistyped(region)], region);
  }
});

const OF_A_PROFILE: readonly (readonly [string, number])[] = [
  ["whoami", 3],
  ["refresh", 3],
  ["status", 3],
  ["logout", 3],
  ["token", 3],
  ["validate", 3],
  ["doctor", 3],
  ["profile show", 2],
  ["profile use", 2],
  ["profile remove", 2],
];
for (const [command, code] of OF_A_PROFILE) {
  Deno.test(`${command} suggests the profile that was meant`, async () => {
    using scene = sessionScene(undefined);
    saveProfile(scene.configDir, "prod", {}, () => {});
    const name = command.startsWith("profile") ? ["prodd"] : ["--profile", "prodd"];
    const argv = [...command.split(" "), ...name, "--config-dir", scene.configDir];
    await assertSuggests(argv, "prod", code);
  });
}
