// A login stays with the server that issued it, whatever the settings say by now.
import { assertEquals } from "@std/assert";
import { saveProfile } from "../../src/settings/profiles.ts";
import { freshTokenSet } from "../../src/session/session.ts";
import { STALE, storedLogin, tokenAnswer } from "../support/logins.ts";
import { runCommandLine } from "../support/run_command_line.ts";
import { sessionScene } from "../support/session_scene.ts";

Deno.test("a refresh token goes to the token endpoint that issued it, and nowhere else", async () => {
  const bound = { ...STALE, tokenEndpoint: "https://issued.example.com/token" };
  using scene = sessionScene(bound, { network: [tokenAnswer()] });
  saveProfile(scene.configDir, "default", {
    tokenEndpoint: "https://another.example.com/token",
  }, () => {});
  const { tokenEndpoint } = await freshTokenSet(scene.settings, scene.context);
  assertEquals(scene.context.system.requests.map(({ url }) => url), [bound.tokenEndpoint]);
  assertEquals(tokenEndpoint, bound.tokenEndpoint);
});

/** A login of before the token endpoint and the origins were kept. */
const { tokenEndpoint: _, origins: __, ...UNBOUND } = STALE;
const ELSEWHERE = "https://another.example.com";

for (const command of ["refresh", "token", "whoami", "logout"]) {
  Deno.test(`${command}: a login whose token endpoint was not kept sends nothing anywhere`, async () => {
    using scene = sessionScene(UNBOUND);
    saveProfile(scene.configDir, "default", {
      tokenEndpoint: `${ELSEWHERE}/token`,
      revocationEndpoint: `${ELSEWHERE}/revoke`,
      apiUrl: ELSEWHERE,
      authUrl: ELSEWHERE,
    }, () => {});
    const { code, stderr } = await runCommandLine([command, "--config-dir", scene.configDir]);
    if (command === "logout") {
      assertEquals(code, 0, stderr);
      return;
    }
    assertEquals([code, stderr], [
      3,
      "Cannot get an access token: the saved login does not name the server that issued it.\n" +
      `Next: anaplan-auth login --config-dir ${scene.configDir}\n`,
    ]);
    assertEquals(storedLogin(scene.configDir).endedBy, undefined);
  });
}

Deno.test("a login whose token endpoint was kept without origins is refreshed there", async () => {
  const { origins: _, ...old } = STALE;
  using scene = sessionScene(old, { network: [tokenAnswer()] });
  await freshTokenSet(scene.settings, scene.context);
  assertEquals(scene.context.system.requests.map(({ url }) => url), [STALE.tokenEndpoint]);
});
