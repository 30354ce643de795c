// An address that can be clicked: only where the terminal is known to understand a link.
import { assertEquals } from "@std/assert";
import { hyperlink } from "../../src/sign_in/hints.ts";
import { fakeSystem } from "../support/fake_system.ts";

const URL_TEXT = "https://as.example.com/auth?state=1";
const LINK = `\x1b]8;;${URL_TEXT}\x1b\\${URL_TEXT}\x1b]8;;\x1b\\`;

const TERMINALS: readonly (readonly [string, Record<string, string>, boolean])[] = [
  ["iTerm2", { TERM_PROGRAM: "iTerm.app" }, true],
  ["VS Code", { TERM_PROGRAM: "vscode", TERM: "xterm-256color" }, true],
  ["GNOME Terminal", { VTE_VERSION: "7600" }, true],
  ["an old VTE, which a link crashed", { VTE_VERSION: "4601" }, false],
  ["Windows Terminal", { WT_SESSION: "1" }, true],
  ["kitty", { TERM: "xterm-kitty" }, true],
  ["Konsole", { KONSOLE_VERSION: "230800" }, true],
  ["Apple's Terminal", { TERM_PROGRAM: "Apple_Terminal" }, false],
  ["an unknown terminal", { TERM: "xterm-256color" }, false],
  ["tmux 3.4", { TERM_PROGRAM: "tmux", TERM_PROGRAM_VERSION: "3.4", TMUX: "x" }, true],
  ["tmux 3.2 in kitty", {
    TERM_PROGRAM: "tmux",
    TERM_PROGRAM_VERSION: "3.2a",
    KITTY_WINDOW_ID: "1",
  }, false],
  ["screen in kitty", { TERM: "screen-256color", KITTY_WINDOW_ID: "1" }, false],
  ["a dumb terminal in kitty", { TERM: "dumb", KITTY_WINDOW_ID: "1" }, false],
  ["a terminal that the user vouches for", { FORCE_HYPERLINK: "1" }, true],
  ["a terminal for which the user wants none", {
    FORCE_HYPERLINK: "0",
    KITTY_WINDOW_ID: "1",
  }, false],
];
for (const [name, env, isLink] of TERMINALS) {
  Deno.test(`${name} gets ${isLink ? "a link" : "the address alone"}`, () => {
    const system = fakeSystem({ env, terminal: { stderr: true } });
    assertEquals(hyperlink(URL_TEXT, system), isLink ? LINK : URL_TEXT);
  });
}

Deno.test("what is no terminal gets the address alone, whatever the variables say", () => {
  const system = fakeSystem({ env: { KITTY_WINDOW_ID: "1", FORCE_HYPERLINK: "1" } });
  assertEquals(hyperlink(URL_TEXT, system), URL_TEXT);
});
