// Which failures of a run are kept for doctor: those of a profile, and no typing mistake.
import { assertEquals } from "@std/assert";
import { run } from "../../src/cli/app.ts";
import { lastFailure } from "../../src/settings/last_failure.ts";
import { saveProfile } from "../../src/settings/profiles.ts";
import { fakeSystem, type NetworkStep } from "../support/fake_system.ts";
import { STALE, unreachable } from "../support/logins.ts";
import { sessionScene } from "../support/session_scene.ts";
import { namesIn } from "../support/temp_dir.ts";

/** What is kept after the command was run on a login that has to be refreshed. */
async function kept(
  argv: readonly string[],
  network: readonly NetworkStep[] = [],
  hasProfile = true,
): Promise<{ command: string | undefined; code: number; places: string[] }> {
  using scene = sessionScene(STALE);
  if (hasProfile) saveProfile(scene.configDir, "default", {}, () => {});
  const env = { ANAPLAN_AUTH_CONFIG_DIR: scene.configDir, HOME: "/home/nobody" };
  const code = await run(argv, () => fakeSystem({ env, network }));
  const command = lastFailure(scene.configDir, "default")?.command;
  return { command, code, places: namesIn(scene.configDir) };
}

Deno.test("a command that failed is kept", async () => {
  const { command, code } = await kept(["whoami"], [unreachable()]);
  assertEquals([command, code], ["whoami", 6]);
});

Deno.test("a usage error is not kept", async () => {
  const { command, code } = await kept(["profile", "set", "--region", "atlantis"]);
  assertEquals([command, code], [undefined, 2]);
});

Deno.test("a failure without a profile leaves nothing behind", async () => {
  const { code, places } = await kept(["whoami"], [unreachable()], false);
  assertEquals([code, places], [6, ["credentials"]]);
});

Deno.test("a command that went well keeps nothing", async () => {
  const { command, code } = await kept(["status"]);
  assertEquals([command, code], [undefined, 0]);
});
