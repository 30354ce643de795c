// `Next:` lines are read on a terminal of 80 columns, and what they hold is typed from there.
// Rule: all lines of all cases; TOO_LONG has those that do not fit yet, and ELSEWHERE those that no case can bring
// about. Both only become shorter.
import { assertEquals } from "@std/assert";
import { commandsWithCases, stepsOf } from "./support/case_tests.ts";
import { nextLinesOf } from "./support/next_typed.ts";

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

/** What begins with a command and is in no case: where the command is typed, or what it takes to see the line. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "anaplan-auth login, if the new one is wrong; else the same command again":
    "another process signs in during the call: tests/unit/api_pages_test.ts",
  "anaplan-auth login --client-auth {…}; if that does not help, copy the secret again":
    "tests/integration/real_servers_test.ts types it, at servers that take one way only",
  "anaplan-auth login; the old refresh token may no longer be valid":
    "no disk takes a file: tests/torture",
};

Deno.test("each Next line that is a command is in a case, where it is typed, or named here", async () => {
  const said = commandsWithCases().flatMap(nextLinesOf).map(({ line }) => line);
  const sentences = (await Deno.readTextFile(new URL("messages.txt", import.meta.url)))
    .matchAll(/^ {2}next: (anaplan-auth .*)$/gm);
  const isSaid = (sentence: string): boolean => {
    const pattern = sentence.split("{…}").map(RegExp.escape).join(".*");
    return said.some((line) => new RegExp(`^Next: ${pattern}`).test(line));
  };
  const missing = Array.from(sentences, ([, sentence = ""]) => sentence)
    .filter((sentence) => !isSaid(sentence));
  assertEquals([...new Set(missing)].sort(), Object.keys(ELSEWHERE).sort());
});
