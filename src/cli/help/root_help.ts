// The help page of the whole program. Rule: made from the table of commands alone, since it is often all
// that is asked for.

import { formatWords, run, type Words, words } from "../../base/words.ts";
import type { Answer } from "../../command.ts";
import { BRIEF, type CommandEntry, COMMANDS } from "../tree/commands.ts";

/** The reply that is this page. */
export function rootPage(): Answer {
  const text = rootHelp();
  return {
    kind: "answer",
    text,
    get data() { // which is seldom asked for
      return formatWords(text);
    },
  };
}

/** The page of the whole program. */
export function rootHelp(): Words {
  const entries: [string, CommandEntry][] = Object.entries(COMMANDS);
  const groups = Array.from(Map.groupBy(entries, ([, { group }]) => group))
    .filter(([heading]) => heading)
    .map(([heading, listed]) =>
      [heading, ...listed.map(([name, { brief }]) => `  ${name.padEnd(11)}${brief}`)].join("\n")
    );
  return words`${BRIEF}

Usage: ${run("<command> [flags]")}

${groups.join("\n\n")}

Flags for every command: --profile, --json, --quiet, --verbose, --help
Example: ${run("login --region eu2")}
Exit codes and variables: ${run("help reference")}`;
}
