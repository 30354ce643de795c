// `deno task demo`, interrupted: whatever it was doing, nothing of it is left. Rule: a real terminal.
import { assertEquals, assertNotEquals } from "@std/assert";
import { makeHome } from "../support/home.ts";
import { findPython, testWith } from "../support/needs.ts";
import { namesIn } from "../support/temp_dir.ts";
import { openTerminalOf } from "../support/terminal.ts";

for (const at of [/^\$ deno task login/m, /Waiting for your browser/]) {
  testWith(
    await findPython(),
    `Ctrl-C at ${at.source} ends the demo, and no temporary file is left`,
    async (python) => {
      await using home = await makeHome();
      const temporary = `${home.path}/tmp`;
      await Deno.mkdir(temporary);
      const args = ["task", "--quiet", "demo", "--interactive"];
      const env = { TMPDIR: temporary };
      await using terminal = await openTerminalOf({ program: Deno.execPath(), args }, {
        python,
        home: home.path,
        env,
      });
      await terminal.wrote(at);
      await terminal.type("\x03");
      const { code, screen } = await terminal.end;
      assertNotEquals(code, 0, screen);
      assertEquals(namesIn(temporary), []);
    },
  );
}
