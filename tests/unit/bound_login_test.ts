// A login stays with the server that issued it, whatever the settings say by now.
import { assertEquals } from "@std/assert";
import { saveProfile } from "../../src/profiles.ts";
import { freshTokenSet } from "../../src/session.ts";
import { granted, STALE } from "../support/logins.ts";
import { sessionScene } from "../support/session_scene.ts";

Deno.test("a refresh token goes to the token endpoint that issued it, and nowhere else", async () => {
  const bound = { ...STALE, tokenEndpoint: "https://issued.example.com/token" };
  using scene = sessionScene(bound, { network: [granted()] });
  saveProfile(scene.configDir, "default", {
    tokenEndpoint: "https://another.example.com/token",
  }, () => {});
  const { tokenEndpoint } = await freshTokenSet(scene.settings, scene.context);
  assertEquals(scene.context.system.requests.map(({ url }) => url), [bound.tokenEndpoint]);
  assertEquals(tokenEndpoint, bound.tokenEndpoint);
});

Deno.test("a login of before that was kept goes to the token endpoint of the settings", async () => {
  using scene = sessionScene(STALE, { network: [granted()] });
  await freshTokenSet(scene.settings, scene.context);
  assertEquals(scene.context.system.requests.map(({ url }) => url), [
    "https://us1a.app.anaplan.com/oauth/token",
  ]);
});
