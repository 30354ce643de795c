// `login --device` at a terminal: what the screen shows, what a phone reads from it, how it can be left.
// Rule: a person's part only: the screen is read, photographed, and the page is opened by hand.
import { assertEquals, assertStringIncludes } from "@std/assert";
import jsqr from "npm:jsqr@1.4.0";
import { findPython, testWith } from "../support/needs.ts";
import { photograph } from "../support/qr_photo.ts";
import { browse } from "../support/scripted_browser.ts";
import { deviceTerminal, deviceWorld, USER_CODE } from "../support/waiting_device.ts";

const PYTHON = await findPython();
const CTRL_C = "\x03";
const DARK = { ink: 229, paper: 0 };
/** A line of the QR code, with the colors that it sets. */
// deno-lint-ignore no-control-regex
const QR_LINE = /^\x1b\[[\d;]+m[ ▀▄█]+\x1b\[0m$/gm;

/** What a phone reads from the screen. */
function readByPhone(output: string): string | undefined {
  const lines = output.replaceAll("\r", "").match(QR_LINE) ?? [];
  const { data, width, height } = photograph(lines.join("\n"), DARK);
  return jsqr.default(data, width, height, { inversionAttempts: "dontInvert" })?.data;
}

testWith(
  PYTHON,
  "the QR code on the screen opens the page with the code in it, and that ends in a login",
  async (python) => {
    await using world = await deviceWorld();
    await using terminal = await deviceTerminal(world, python);
    const [, page, userCode] = USER_CODE.exec(terminal.screen()) ?? [];
    const address = readByPhone(terminal.output());
    assertEquals(address, `${page}?user_code=${userCode}`);
    await browse(address ?? "");
    const { code, screen, before, after } = await terminal.end;
    assertEquals([code, after], [0, before]);
    assertStringIncludes(screen, "Signed in as Ada Lovelace <ada@example.com>");
    assertEquals(/Waiting/.test(screen), false, screen);
  },
);

testWith(PYTHON, "Ctrl-C ends it with 130 and the terminal as it was", async (python) => {
  await using world = await deviceWorld();
  await using terminal = await deviceTerminal(world, python);
  await terminal.type(CTRL_C);
  const { code, screen, before, after } = await terminal.end;
  assertEquals([code, after], [130, before]);
  assertEquals(/Waiting/.test(screen), false, screen);
  assertEquals(await world.home.credentials(), undefined);
});
