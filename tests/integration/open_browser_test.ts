// The browser is a program that is really started: with the URL as one argument and without our secrets.
import { assert, assertEquals } from "@std/assert";
import { startSystem } from "../support/system_process.ts";
import { tempDir } from "../support/temp_dir.ts";

const IS_WINDOWS = Deno.build.os === "windows";
const URL = "https://as.example.com/?a=1&b=';$HOME`id`|&state=x";

/** Whether the browser was opened, with `$BROWSER` as given. */
async function opened(browser: string, env: Record<string, string> = {}): Promise<unknown> {
  const child = startSystem("open-browser", { args: [URL], env: { BROWSER: browser, ...env } });
  return JSON.parse((await child.ended).lines[0] ?? "");
}

/** A script that writes its arguments and its environment into files. */
function recorder(directory: string, code = 0): string {
  const path = `${directory}/browser`;
  const script =
    `#!/bin/sh\nprintf '%s\\n' "$@" > '${directory}/args'\nenv > '${directory}/env'\nexit ${code}\n`;
  Deno.writeTextFileSync(path, script, { mode: 0o755 });
  return path;
}

Deno.test({
  name: "the URL reaches the browser as one argument, unchanged",
  ignore: IS_WINDOWS,
  async fn() {
    using dir = tempDir();
    assertEquals(await opened(`${recorder(dir.path)} --new-window %s`), true);
    assertEquals(Deno.readTextFileSync(`${dir.path}/args`), `--new-window\n${URL}\n`);
  },
});

Deno.test({
  name: "the browser does not inherit the client secret",
  ignore: IS_WINDOWS,
  async fn() {
    using dir = tempDir();
    await opened(recorder(dir.path), { ANAPLAN_CLIENT_SECRET: "hush", SECRET: "hush" });
    assert(!Deno.readTextFileSync(`${dir.path}/env`).includes("hush"));
  },
});

Deno.test("a browser that is not there is no failure, only not opened", async () => {
  assertEquals(await opened("no-such-browser-anywhere"), false);
});

Deno.test({
  name: "when the first browser is missing or fails, the next one is opened",
  ignore: IS_WINDOWS,
  async fn() {
    using failing = tempDir();
    using working = tempDir();
    const browsers = ["no-such-browser", recorder(failing.path, 3), recorder(working.path)];
    assertEquals(await opened(browsers.join(":")), true);
    assertEquals(Deno.readTextFileSync(`${working.path}/args`), `${URL}\n`);
  },
});
