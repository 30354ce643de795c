// An unfinished line in words, as a shell would read it.
import { assertEquals } from "@std/assert";
import { wordsOf } from "../../src/cli/completion/complete.ts";

const LINES: readonly (readonly [line: string, words: readonly string[]])[] = [
  ["", [""]],
  ["anaplan-auth", ["anaplan-auth"]],
  ["anaplan-auth ", ["anaplan-auth", ""]],
  ["  a   b", ["a", "b"]],
  ['a "b c" d', ["a", "b c", "d"]],
  ["a 'b \"c' d", ["a", 'b "c', "d"]],
  ["a b\\ c", ["a", "b c"]],
  ['a --x="b c"d', ["a", "--x=b cd"]],
  ['a "b \\" \\$ \\n c', ["a", 'b " $ \\n c']],
  ["a 'open", ["a", "open"]],
  ['a "open ', ["a", "open "]],
  ["a $(touch x) `id`", ["a", "$(touch", "x)", "`id`"]],
  ["a b\\", ["a", "b"]],
  ['a "b\\', ["a", "b"]],
];

for (const [line, words] of LINES) {
  Deno.test(`the words of ${JSON.stringify(line)}`, () => assertEquals(wordsOf(line), words));
}
