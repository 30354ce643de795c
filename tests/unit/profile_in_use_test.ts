// Which profile is used when none is named. Rule: it changes only with a word about it, and what was said stays true.
import { assertEquals } from "@std/assert";
import { profileSet, profileUse } from "../../src/commands/profile.ts";
import { profileRemove } from "../../src/commands/profile_remove.ts";
import { profileLocation } from "../../src/settings/location.ts";
import { type SessionScene, sessionScene } from "../support/session_scene.ts";
import { textOf } from "../support/shown.ts";

function set({ flags, context }: SessionScene, name: string) {
  return profileSet(flags, context, name);
}

async function remove({ flags, context }: SessionScene, name: string): Promise<string> {
  return textOf(await profileRemove(flags, context, name));
}

function inUse({ flags, context }: SessionScene): string {
  return profileLocation(flags, context.system).profile;
}

Deno.test("another profile beside the only one does not change which one is used", async () => {
  using scene = sessionScene(undefined);
  await set(scene, "eu");
  await set(scene, "sandbox");
  await set(scene, "default");
  assertEquals(inUse(scene), "eu");
});

Deno.test("the profile that a removal announces is still used when there is another one again", async () => {
  using scene = sessionScene(undefined);
  await set(scene, "sandbox");
  await set(scene, "two");
  await profileUse(scene.flags, scene.context, "two");
  assertEquals(
    await remove(scene, "two"),
    "Removed (profile two). Profile sandbox is used from now on.",
  );
  await set(scene, "two");
  assertEquals(inUse(scene), "sandbox");
});

Deno.test("a removal says which profile is used when that was none that exists", async () => {
  using scene = sessionScene(undefined);
  for (const name of ["ap", "sandbox", "two"]) await set(scene, name);
  await profileUse(scene.flags, scene.context, "ap");
  assertEquals(
    await remove(scene, "ap"),
    "Removed (profile ap). No profile is chosen now: there are sandbox, two.\n" +
      "Next: anaplan-auth profile use sandbox",
  );
  assertEquals(
    await remove(scene, "sandbox"),
    "Removed (profile sandbox). Profile two is used from now on.",
  );
  await set(scene, "another");
  assertEquals(inUse(scene), "two");
});

Deno.test("a removal announces no profile that has been used all along", async () => {
  using scene = sessionScene(undefined);
  for (const name of ["default", "eu", "us"]) await set(scene, name);
  assertEquals(await remove(scene, "eu"), "Removed (profile eu).");
  await profileUse(scene.flags, scene.context, "us");
  assertEquals(await remove(scene, "default"), "Removed (profile default).");
  assertEquals(inUse(scene), "us");
});
