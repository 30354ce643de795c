// Screens before and around a login: the sandbox, the installation, the store of many machines.
// Rule: the tasks run as `deno task` runs them, and what writes into the checkout gets a copy of it.
import { assertEquals } from "@std/assert";
import { copyCheckout } from "../checkout.ts";
import { freePort } from "../free_port.ts";
import { newKey } from "../sealed.ts";
import type { Stage } from "../stage.ts";
import { namesIn } from "../temp_dir.ts";
import type { Scene } from "./states.ts";

/** Those of the sandbox and of the listener, in the address to open. */
const DEMO_PORTS =
  /^https:\/\/127\.0\.0\.1:(\d+)\/\S+&redirect_uri=https%3A%2F%2F127\.0\.0\.1%3A(\d+)%2F/m;

/** The scenes. */
export const setUpScenes: readonly Scene[] = [
  {
    name: "the sandbox, and what is left of it",
    async play(at) {
      const home = await at.newHome();
      const temporary = `${home.path}/tmp`;
      await Deno.mkdir(temporary);
      const port = String(freePort());
      const typing = { home, env: { TMPDIR: temporary }, changing: { "<BOX>": port } };
      await using pane = await at.open(`deno task sandbox --port ${port}`, typing);
      await pane.shows(/^In another terminal: .*sandbox$/m);
      await pane.record("sandbox");
      await at.ended("sandbox-profile", "anaplan-auth profile list", typing);
      await pane.press("C-c");
      await pane.end();
      await pane.record("sandbox-ended");
      await at.ended("sandbox-left", "anaplan-auth profile list", typing);
      assertEquals(namesIn(temporary), []);
    },
  },
  {
    name: "a sandbox whose port is taken",
    async play(at) {
      const port = String(new URL(at.sandbox.origin).port);
      await at.ended("sandbox-port-taken", `deno task sandbox --port ${port}`, {
        home: await at.newHome(),
        changing: { "<NXT>": String(Number(port) + 1) },
      });
    },
  },
  {
    name: "the demo",
    async play(at) {
      const home = await at.newHome();
      const changing: Record<string, string> = {};
      await using pane = await at.open("deno task demo", { home, changing });
      assertEquals(await pane.end(), 0);
      const { text } = await pane.shown();
      const [, box = "", port = ""] = DEMO_PORTS.exec(text) ?? [];
      Object.assign(changing, { "<BOX>": box, "<LST>": port });
      await pane.record("demo");
    },
  },
  {
    name: "the installation",
    async play(at) {
      const home = await at.newHome();
      const cwd = `${home.path}/anaplan-auth`;
      await copyCheckout(cwd);
      await at.ended("install", "deno task install", { home, cwd });
    },
  },
];

/** A login on its way into a store, and the store after it; the store is empty before. */
export async function storeScreens(at: Stage, url: string): Promise<void> {
  const home = await at.copied();
  await Deno.writeTextFile(`${home.path}/key`, newKey(), { mode: 0o600 });
  const typing = {
    home,
    env: { ANAPLAN_AUTH_KEY_FILE: `${home.path}/key` },
    changing: { "<STO>": new URL(url).port },
  };
  await at.ended("store-init", `anaplan-auth store init ${url}`, typing);
  await at.ended("store-use", `anaplan-auth store use ${url}`, typing);
  await at.ended("store-push", "anaplan-auth store push --all", typing);
  await at.ended("store-shared", "anaplan-auth store status", typing);
  await at.ended("status-shared", "anaplan-auth status", typing);
}
