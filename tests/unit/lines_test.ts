// Lines for people: as wide as the terminal, and no command, path, flag or URL in two parts.
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatWords, run, shell, type Words, words } from "../../src/base/words.ts";
import { fitLines, NO_BREAK_SPACE, wrapText } from "../../src/base/lines.ts";

const WIDTHS = [40, 60, 80] as const;

Deno.test("wrapText() breaks at blanks, as late as the width allows", () => {
  assertEquals(wrapText("one two three", 7), ["one two", "three"]);
  assertEquals(wrapText("one two three", 6), ["one", "two", "three"]);
  assertEquals(wrapText("one two three", 80), ["one two three"]);
});

Deno.test("wrapText() keeps a word whole that is longer than the line", () => {
  const url = "https://as.example.com/authorize";
  assertEquals(wrapText(`see ${url} now`, 10), ["see", url, "now"]);
});

/** A word, a path, a URL, a flag with its value or a command: each is one piece. */
const piece: fc.Arbitrary<Words> = fc.oneof(
  fc.stringMatching(/^[a-z]{1,12}[.,;:]?$/),
  fc.constantFrom<Words>(
    "~/.config/anaplan-auth/credentials/default.json",
    "https://us1a.app.anaplan.com/auth/prelogin?response_type=code",
    "--redirect-uri URL",
    run("login", { profile: "eu-test", flags: "--redirect-uri https://127.0.0.1:8443/callback" }),
    run("profile list"),
    shell("lsof -i :8443"),
    shell("export NO_PROXY=127.0.0.1,localhost,::1"),
  ),
);
const sentence = fc.array(piece, { minLength: 1, maxLength: 30 });
const start = fc.constantFrom(
  "",
  "  ",
  "  1. ",
  "✗ ",
  "Next: ",
  "Client id       ",
  "  --flag FILE   ",
);

for (const width of WIDTHS) {
  Deno.test(`at ${width} columns only an unbreakable piece is wider, whole, and all words are there in order`, () => {
    fc.assert(fc.property(start, sentence, fc.constantFrom(0, 2), (start, pieces, hang) => {
      const texts = pieces.map((piece) => formatWords(piece));
      const said = words`${start}${
        pieces.flatMap((piece, at) => at === 0 ? [piece] : [" ", piece]).flat()
      }`;
      const lines = fitLines(formatWords(said, undefined, NO_BREAK_SPACE), width, hang).split("\n");
      const flat = (text: string): string => text.replaceAll(/\s+/g, " ").trim();
      assertEquals(flat(lines.join(" ")), flat(start + texts.join(" ")));
      for (const text of texts) assert(lines.some((line) => line.includes(text)), text);
      const isOnePiece = (line: string): boolean =>
        texts.some((text) =>
          line.trim() === text || (/^( *1\.|✗) $/.test(start) && line === start + text)
        );
      assertEquals(lines.filter((line) => line.length > width && !isOnePiece(line)), []);
    }));
  });
}

Deno.test("what follows is under a number, under a mark, under the second column, and two further under Next:", () => {
  const text = "aaaa bbbb cccc dddd eeee ffff gggg hhhh iiii";
  const second = (start: string): string | undefined => fitLines(start + text, 40).split("\n")[1];
  assertEquals(second("  1. "), "     hhhh iiii");
  assertEquals(second("✗ "), "  hhhh iiii");
  assertEquals(second("Client      "), "            ffff gggg hhhh iiii");
  assertEquals(second("Next: "), "  hhhh iiii");
  assertEquals(second("    Next: "), "      gggg hhhh iiii");
  assertEquals(second(""), "iiii");
  assertEquals(fitLines(text, 40, 2).split("\n")[1], "  iiii");
});

Deno.test("a second column that would be narrow begins on a line of its own", () => {
  const row = "  ANAPLAN_AUTH_CONFIG_DIR     where logins are kept on this computer";
  assertEquals(
    fitLines(row, 40),
    "  ANAPLAN_AUTH_CONFIG_DIR\n      where logins are kept on this\n      computer",
  );
  assertEquals(fitLines(row, 80), row);
  const url = "http://USER:PASSWORD@HOST:PORT";
  assertEquals(
    fitLines(`Proxy        ${url}, with a port`, 40),
    `Proxy\n    ${url}, with\n    a port`,
  );
});

Deno.test("lines that fit stay as they are, blanks within them included", () => {
  const text = "a    b\n\n  c  d";
  assertEquals(fitLines(text, 40), text);
});
