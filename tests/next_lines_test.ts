// `Next:` lines are read on a terminal of 80 columns, and what they hold is typed from there.
// Rule: all lines of all cases; TOO_LONG has those that do not fit yet, and ELSEWHERE where a line is typed that no
// case can bring about. Both only become shorter.
import { assertEquals } from "@std/assert";
import { commandsWithCases, stepsOf } from "./support/case_tests.ts";
import { nextCommandsOf } from "./support/next_typed.ts";

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

/** What no case can bring about, and the test that types the command there, with nextWords(). */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "anaplan-auth login --client-auth {…}; if that does not help, copy the secret again":
    "integration/real_servers_test.ts",
  "anaplan-auth login, if the new one is wrong; else the same command again":
    "e2e/next_elsewhere_test.ts",
  "anaplan-auth login; the old refresh token may no longer be valid": "e2e/next_elsewhere_test.ts",
  "finish the move there: anaplan-auth store pull": "store/moving_test.ts",
  "finish the move: anaplan-auth store push": "store/moving_test.ts",
  "give this computer the key of the store's logins; if it is lost: anaplan-auth login":
    "store/unreadable_test.ts",
  "open the address that this prints: anaplan-auth login --no-browser": "e2e/start_page_test.ts",
  "remove its key (etcdctl del), then sign in: anaplan-auth login": "store/names_test.ts",
  "rm {…}, to use the store's settings; if that does not help, anaplan-auth login":
    "store/own_settings_test.ts",
  "see which one is newer: anaplan-auth store status": "store/own_settings_test.ts",
  "set this computer's clock if it is wrong, then anaplan-auth login": "e2e/next_elsewhere_test.ts",
  "use that store, and let it have them: anaplan-auth refresh": "store/rescues_test.ts",
  "{…}, then try again; or anaplan-auth login": "e2e/next_elsewhere_test.ts",
  "{…}; if the key is lost: {…}": "e2e/sealing_test.ts",
  "{…}; then anaplan-auth login": "e2e/next_elsewhere_test.ts",
};

/** A sentence of what is next: a command is in it, or left out where one can be; and a text that reads like one. */
const WITH_COMMAND =
  /^ {2}(?:next: (?=.*anaplan-auth (?!on )[a-z]|\{…\};)|text: (?=[a-z{])(?=.*anaplan-auth [a-z].*[,;] (?:or|with|if)|.*[,;] (?:or|if) .*anaplan-auth))(.*)$/gm;

Deno.test("each Next line with a command is in a case, where it is typed, or in a test that types it", async () => {
  const said = commandsWithCases().flatMap(nextCommandsOf).map(({ line }) => line);
  const sentences = (await read("messages.txt")).matchAll(WITH_COMMAND);
  const isSaid = (sentence: string): boolean => {
    const pattern = sentence.split("{…}").map(RegExp.escape).join(".*");
    return said.some((line) => new RegExp(`^Next: ${pattern}`).test(line));
  };
  const missing = Array.from(sentences, ([, sentence = ""]) => sentence)
    .filter((sentence) => !isSaid(sentence));
  assertEquals([...new Set(missing)].sort(), Object.keys(ELSEWHERE).sort());
  for (const [sentence, file] of Object.entries(ELSEWHERE)) {
    const test = await read(file);
    const isTyped = test.includes("nextWords(") &&
      sentence.split("{…}").every((part) => test.includes(part.trim()));
    assertEquals(isTyped, true, `${file} types what it takes from "${sentence}"`);
  }
});

function read(path: string): Promise<string> {
  return Deno.readTextFile(new URL(path, import.meta.url));
}
