// `Next:` lines are read on a terminal of 80 columns, and what they hold is typed from there.
// Rule: all lines of all cases; a longer one has to hold what is copied as a whole.
import { assertEquals } from "@std/assert";
import { commandsWithCases, stepsOf } from "./support/case_tests.ts";

const WIDTH = 80;
const COPIED =
  /\banaplan-auth \w|\bdeno task \w|\b(?:mv|chmod|rm|lsof|apt-get|openssl) |\bregister exactly https:/;

Deno.test("a Next line fits into 80 columns, or holds what is to be copied", () => {
  const lines = commandsWithCases().flatMap(stepsOf).flatMap((step) =>
    step.kind === "command" ? `${step.result.stdout}${step.result.stderr}`.split("\n") : []
  );
  const tooLong = lines.filter((line) =>
    /^\s*Next: /.test(line) && line.length > WIDTH && !COPIED.test(line)
  );
  assertEquals([...new Set(tooLong)], []);
});
