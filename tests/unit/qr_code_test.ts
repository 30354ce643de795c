// The QR code, read back from the characters of a terminal by a decoder of another user's.
import { assert, assertEquals, assertMatch } from "@std/assert";
import jsqr from "npm:jsqr@1.4.0";
import { qrCode } from "../../src/sign_in/qr_code.ts";
import { photograph, type TerminalColors } from "../support/qr_photo.ts";

const URI = "https://iam.anaplan.com/activate?user_code=1GMV-ATBA";
const TERMINALS: Readonly<Record<string, TerminalColors>> = {
  "a dark terminal": { ink: 229, paper: 0 },
  "a light terminal": { ink: 0, paper: 255 },
  "a grey terminal": { ink: 131, paper: 40 },
};

/** What a camera that does not try inverted codes reads. */
function readBack(text: string, terminal: TerminalColors): string | undefined {
  const { data, width, height } = photograph(qrCode(text), terminal);
  return jsqr.default(data, width, height, { inversionAttempts: "dontInvert" })?.data;
}

for (const [name, colors] of Object.entries(TERMINALS)) {
  Deno.test(`a QR code on ${name} is read back as the address, black on white`, () => {
    assertEquals(readBack(URI, colors), URI);
  });
}

Deno.test("a long address can also be read back", () => {
  const long = `${URI}&${"x".repeat(220)}`;
  assertEquals(readBack(long, { ink: 229, paper: 0 }), long);
});

Deno.test("every line sets its colors and gives them back, so that nothing after it is painted", () => {
  for (const line of qrCode(URI).split("\n")) {
    // deno-lint-ignore no-control-regex
    assertMatch(line, /^\x1b\[30;107m[ ▀▄█]+\x1b\[0m$/);
  }
});

Deno.test("the code of Anaplan's address fits on 80 columns and 24 lines", () => {
  const lines = qrCode(URI).split("\n");
  // deno-lint-ignore no-control-regex
  const widths = lines.map((line) => line.replace(/\x1b\[[\d;]*m/g, "").length);
  assert(Math.max(...widths) <= 80 && lines.length <= 24, `${Math.max(...widths)}x${lines.length}`);
  assertEquals(new Set(widths).size, 1);
});

Deno.test("a light margin of two modules is around the code", () => {
  const { data, width } = photograph(qrCode(URI), { ink: 0, paper: 0 });
  const grey = (column: number, row: number): number | undefined =>
    data[((row + 6) * 4 * width + (column + 6) * 4) * 4];
  for (const [column, row] of [[0, 0], [1, 1], [5, 0], [5, 1], [0, 5], [1, 5]] as const) {
    assertEquals(grey(column, row), 255);
  }
  assertEquals(grey(2, 2), 0); // the finder pattern begins here
});
