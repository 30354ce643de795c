// How the user's browser is opened: by argument vector, as the platform and $BROWSER say.
import { assertEquals } from "@std/assert";
import { browserCommands, splitWords } from "../../src/system/browser.ts";

const URL = "https://as.example.com/?a=1&b=$(x)";

function commands(
  platform: typeof Deno.build.os,
  env: Readonly<Record<string, string>> = {},
): string[][] {
  return browserCommands(URL, platform, (name) => env[name]);
}

Deno.test("macOS opens the URL with open", () => {
  assertEquals(commands("darwin"), [["open", URL]]);
});

Deno.test("Windows opens the URL without a shell", () => {
  assertEquals(commands("windows"), [["rundll32", "url.dll,FileProtocolHandler", URL]]);
});

Deno.test("Linux with a display opens the URL with xdg-open", () => {
  assertEquals(commands("linux", { DISPLAY: ":0" }), [["xdg-open", URL]]);
  assertEquals(commands("linux", { WAYLAND_DISPLAY: "wayland-0" }), [["xdg-open", URL]]);
});

Deno.test("Linux without a display opens nothing: a text browser would take the terminal", () => {
  assertEquals(commands("linux"), []);
});

Deno.test("WSL opens the browser of Windows, display or not", () => {
  assertEquals(commands("linux", { WSL_DISTRO_NAME: "Debian", DISPLAY: ":0" }), [
    ["wslview", URL],
    ["rundll32.exe", "url.dll,FileProtocolHandler", URL],
  ]);
});

Deno.test("BROWSER counts before everything else, on every platform", () => {
  for (const platform of ["darwin", "windows", "linux"] as const) {
    assertEquals(commands(platform, { BROWSER: "firefox", WSL_DISTRO_NAME: "Debian" }), [
      ["firefox", URL],
    ]);
  }
});

Deno.test("BROWSER may name several programs between colons, tried in their order", () => {
  assertEquals(commands("linux", { BROWSER: "firefox::chromium --new-window" }), [
    ["firefox", URL],
    ["chromium", "--new-window", URL],
  ]);
});

Deno.test("on Windows a colon in BROWSER belongs to the path", () => {
  assertEquals(commands("windows", { BROWSER: '"C:\\Program Files\\b.exe" -x' }), [
    ["C:\\Program Files\\b.exe", "-x", URL],
  ]);
});

Deno.test("%s in BROWSER is replaced by the URL, wherever it is", () => {
  assertEquals(commands("linux", { BROWSER: "b --app=%s %s -x" }), [[
    "b",
    `--app=${URL}`,
    URL,
    "-x",
  ]]);
});

Deno.test("a URL full of a shell's characters stays one argument, unchanged", () => {
  const url = "https://as.example.com/$&/$$?q='\";&|`id`$HOME%20\\";
  assertEquals(browserCommands(url, "linux", () => "b %s"), [["b", url]]);
  assertEquals(browserCommands(url, "linux", () => "b"), [["b", url]]);
});

const WORDS: Readonly<Record<string, string[]>> = {
  "a b  c": ["a", "b", "c"],
  " a\t": ["a"],
  "": [],
  "'a b' c": ["a b", "c"],
  '"a b" c': ["a b", "c"],
  "a\\ b c": ["a b", "c"],
  "a'b c'\"d e\"f": ["ab cd ef"],
  '"a \\"b\\" \\\\ \\n"': ['a "b" \\ \\n'],
  "'a \\ b'": ["a \\ b"],
  '"it\'s"': ["it's"],
  "'' a": ["", "a"],
  "$HOME `id` ;": ["$HOME", "`id`", ";"],
};
for (const [text, words] of Object.entries(WORDS)) {
  Deno.test(`splitWords() splits ${JSON.stringify(text)} as a shell would`, () => {
    assertEquals(splitWords(text), words);
  });
}
