// `Next:` lines are read on a terminal of 80 columns, and what they hold is typed from there.
// Rule: all lines of all cases; TOO_LONG has those that do not fit yet, and only becomes shorter.
import { assertEquals } from "@std/assert";
import { commandsWithCases, stepsOf } from "./support/case_tests.ts";

const WIDTH = 80;

/** How the lines begin that are too long. */
const TOO_LONG = [
  "Next: anaplan-auth login --region NAME, with your tenant's region (now us1);",
  "Next: anaplan-auth login, without --device, if you use single sign-on;",
  "Next: anaplan-auth relay bookmarklet, or paste the address by hand",
  "Next: check the path that is given with --ca-file or ANAPLAN_CA_FILE;",
  "Next: give it with ANAPLAN_CLIENT_SECRET or --client-secret-file",
  "Next: install certutil (apt-get install libnss3-tools),",
  "Next: stop it (lsof -i :<PORT>), or use another registered callback URL with",
];

Deno.test("a Next line fits into 80 columns, apart from the few that are named here", () => {
  const lines = commandsWithCases().flatMap(stepsOf).flatMap((step) =>
    step.kind === "command" ? `${step.result.stdout}${step.result.stderr}`.split("\n") : []
  );
  const tooLong = lines.filter((line) => /^\s*Next: /.test(line) && line.length > WIDTH);
  const beginnings = tooLong.map((line) =>
    TOO_LONG.find((beginning) => line.trimStart().startsWith(beginning)) ?? line
  );
  assertEquals([...new Set(beginnings)].sort(), TOO_LONG);
});
