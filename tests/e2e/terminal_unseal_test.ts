// The questions of unseal and of profile remove at a terminal.
// Rule: a person's part only: keys are typed and the screen is read.
import { assertEquals } from "@std/assert";
import { findPython, testWith } from "../support/needs.ts";
import { sealedHome } from "./sealed_home.ts";
import { openTerminal } from "../support/terminal.ts";

const [ENTER, DOWN] = ["\r", "\x1b[B"];

testWith(await findPython(), "unseal asks, and does it for Yes alone", async (python) => {
  await using at = await sealedHome();
  for (const [keys, code, version] of [[ENTER, 130, 2], [DOWN + ENTER, 0, 1]] as const) {
    await using terminal = await openTerminal(["unseal"], { python, home: at.home.path });
    await terminal.shows(/Save the tokens in plain files again\?/);
    await terminal.type(keys);
    const end = await terminal.end;
    assertEquals([end.code, end.after], [code, end.before], end.screen);
    const file = JSON.parse(await Deno.readTextFile(at.home.credentialsFile()));
    assertEquals(file.version, version);
  }
});

testWith(
  await findPython(),
  "Ctrl-D ends the question of profile remove, which removes nothing",
  async (python) => {
    await using at = await sealedHome();
    const options = { python, home: at.home.path };
    await using terminal = await openTerminal(["profile", "remove", "default"], options);
    await terminal.shows(/Remove it\? \[y\/N\]/);
    await terminal.type("\x04");
    const end = await terminal.end;
    assertEquals([end.code, end.after], [130, end.before], end.screen);
    assertEquals((await Deno.stat(at.home.credentialsFile())).isFile, true);
  },
);
