// The command `logout --all`: every login ends, each where it belongs.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { logout } from "../../src/commands/logout.ts";
import { saveProfile } from "../../src/settings/profiles.ts";
import { loadSettings } from "../../src/settings/settings.ts";
import { Secret } from "../../src/base/secret.ts";
import { boundTo, LOGIN, loginFile, putLogin, unreachable } from "../support/logins.ts";
import { sessionScene } from "../support/session_scene.ts";
import { namesIn } from "../support/temp_dir.ts";

const ENDED = (): Response => new Response(null, { status: 204 });

Deno.test("logout --all ends every login, each in its own region with its own token", async () => {
  using scene = sessionScene(undefined, { network: [ENDED(), ENDED()] });
  const eu = loadSettings({ ...scene.flags, region: "eu3" }, scene.context.system);
  putLogin(scene.configDir, boundTo({ ...LOGIN, accessToken: new Secret("eu-access") }, eu), "eu");
  putLogin(scene.configDir, { ...LOGIN, accessToken: new Secret("us-access") }, "us");
  saveProfile(scene.configDir, "eu", { region: "eu3" }, () => {});
  const { text, data } = await logout({ ...scene.flags, all: true }, scene.context);
  assertEquals(data, [
    { profile: "eu", removed: true, server_session_ended: true },
    { profile: "us", removed: true, server_session_ended: true },
  ]);
  assertStringIncludes(text, "(profile eu)");
  assertStringIncludes(text, "(profile us)");
  const sent = scene.context.system.requests.map(({ url, headers }) => [
    new URL(url).host,
    headers?.authorization,
  ]);
  assertEquals(sent, [
    ["eu3.auth.anaplan.com", "AnaplanAuthToken eu-access"],
    ["auth.anaplan.com", "AnaplanAuthToken us-access"],
  ]);
  assertEquals(namesIn(`${scene.configDir}/credentials`), ["eu.lock", "us.lock"]);
});

Deno.test("logout --all goes on when one server cannot be told", async () => {
  using scene = sessionScene(LOGIN, { network: [unreachable(), ENDED()] });
  putLogin(scene.configDir, LOGIN, "eu");
  const { data, outcome } = await logout({ ...scene.flags, all: true }, scene.context);
  assertEquals(outcome, undefined);
  assertEquals(data, [
    { profile: "default", removed: true, server_session_ended: false },
    { profile: "eu", removed: true, server_session_ended: true },
  ]);
  assertEquals(scene.context.talk.warned.length, 1);
});

Deno.test("logout --all tells at most eight servers at once, and none before all logins are gone", async () => {
  let [open, most, left] = [0, 0, -1];
  const answer = async (): Promise<Response> => {
    left = Math.max(left, namesIn(`${scene.configDir}/credentials`).filter(isLogin).length);
    most = Math.max(most, ++open);
    await new Promise((wake) => setTimeout(wake, 5));
    open--;
    return ENDED();
  };
  const isLogin = (name: string): boolean => name.endsWith(".json");
  const profiles = Array.from({ length: 20 }, (_, number) => `p${number}`).sort();
  using scene = sessionScene(undefined, { network: profiles.map(() => answer) });
  for (const profile of profiles) putLogin(scene.configDir, LOGIN, profile);
  const { data } = await logout({ ...scene.flags, all: true }, scene.context);
  assertEquals(
    data,
    profiles.map((profile) => ({ profile, removed: true, server_session_ended: true })),
  );
  assertEquals([most, left], [8, 0]);
});

Deno.test("logout --all keeps the settings of every profile", async () => {
  using scene = sessionScene(LOGIN, { network: [ENDED()] });
  saveProfile(scene.configDir, "default", { region: "us2" }, () => {});
  await logout({ ...scene.flags, all: true }, scene.context);
  assertEquals(namesIn(`${scene.configDir}/profiles`), ["default.json"]);
});

Deno.test("logout --all without any login is no failure", async () => {
  using scene = sessionScene(undefined);
  assertEquals(await logout({ ...scene.flags, all: true }, scene.context), {
    kind: "answer",
    text: "You were not signed in.",
    data: [],
  });
});

Deno.test("logout without --all leaves the other logins alone", async () => {
  using scene = sessionScene(LOGIN, { network: [ENDED()] });
  putLogin(scene.configDir, LOGIN, "eu");
  await logout(scene.flags, scene.context);
  assertEquals(namesIn(`${scene.configDir}/credentials`), ["default.lock", "eu.json"]);
});

Deno.test("logout --all goes on when one login cannot be read", async () => {
  using scene = sessionScene(undefined, { network: [ENDED()] });
  putLogin(scene.configDir, LOGIN, "a");
  putLogin(scene.configDir, LOGIN, "b");
  Deno.writeTextFileSync(loginFile(scene.configDir, "a"), "{");
  const { data } = await logout({ ...scene.flags, all: true }, scene.context);
  assertEquals(data, [
    { profile: "a", removed: true, server_session_ended: false },
    { profile: "b", removed: true, server_session_ended: true },
  ]);
  assertEquals(namesIn(`${scene.configDir}/credentials`), ["a.json.bad", "a.lock", "b.lock"]);
});
