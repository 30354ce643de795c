// What is written to a stream, and how much work that is.
// Rule: work is counted in bytes that are looked at, not in seconds.
import { assert, assertEquals } from "@std/assert";
import { writeAll } from "../../src/system/stream.ts";

const KIB = 1024;

/** Bytes that count how many of them a search looks at; parts of them also count. */
class CountedBytes extends Uint8Array<ArrayBuffer> {
  static looks = 0;

  override indexOf(value: number, from = 0): number {
    const found = super.indexOf(value, from);
    CountedBytes.looks += (found < 0 ? this.length : found + 1) - from;
    return found;
  }

  override lastIndexOf(value: number, from = this.length - 1): number {
    const found = super.lastIndexOf(value, from);
    CountedBytes.looks += from - Math.max(found, 0) + 1;
    return found;
  }
}

/** Writes the text to a stand-in for stdout; what arrived, and how many bytes were looked at. */
function written(text: string, isTerminal: boolean) {
  const pieces: string[] = [];
  const stdout = {
    isTerminal: () => isTerminal,
    writeSync(piece: Uint8Array): number {
      pieces.push(new TextDecoder().decode(piece));
      return piece.length;
    },
  };
  CountedBytes.looks = 0;
  const bytes = CountedBytes.from(new TextEncoder().encode(text));
  writeAll(stdout as unknown as typeof Deno.stdout, bytes);
  return { text: pieces.join(""), looks: CountedBytes.looks };
}

for (const [where, isTerminal] of [["pipe", false], ["terminal", true]] as const) {
  for (
    const [what, text] of [
      ["one long line", "x".repeat(1024 * KIB)],
      ["one long line with an end", "x".repeat(1024 * KIB) + "\n"],
      ["many short lines", "a line\n".repeat(100 * KIB)],
      ["empty lines", "\n".repeat(256 * KIB)],
    ] as const
  ) {
    Deno.test(`${what} to a ${where}: every byte is looked at twice at most`, () => {
      const { text: arrived, looks } = written(text, isTerminal);
      assertEquals(arrived === text, true);
      assert(looks > 0 && looks <= 2 * text.length, `${looks} looks at ${text.length} bytes`);
    });
  }
}
