// `login --device` at a terminal: what the screen shows, what a phone reads from it, how it can be left.
// Rule: a person's part only: the screen is read, photographed, and the page is opened by hand.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
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

testWith(
  PYTHON,
  "the time left goes down in place, and who cannot use it comes first",
  async (python) => {
    await using world = await deviceWorld();
    await using terminal = await deviceTerminal(world, python);
    await terminal.shows(/^Waiting for your approval, 14:5[0-8] left\. Ctrl-C stops\.$/m);
    const screen = terminal.screen();
    assertMatch(
      screen,
      /^Single sign-on users cannot sign in this way\. Use: anaplan-auth login\nSign in to Anaplan us1 on any device \(profile default\)\.\n/,
    );
    assertEquals(screen.split("Waiting").length - 1, 1);
    assert(screen.split("\n").every((line) => line.length <= 80), screen);
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

testWith(PYTHON, "what is typed meanwhile is no answer and stays nowhere", async (python) => {
  await using world = await deviceWorld();
  await using terminal = await deviceTerminal(world, python);
  await terminal.type("hello\r");
  await terminal.shows(/^Waiting for your approval, 14:5[0-7] left\. Ctrl-C stops\.$/m);
  const [, page, userCode] = USER_CODE.exec(terminal.screen()) ?? [];
  await browse(`${page}?user_code=${userCode}`);
  const { code, screen } = await terminal.end;
  assertEquals(code, 0);
  assertEquals(/hello/.test(screen), false, screen);
});
