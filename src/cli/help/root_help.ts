// The help page of the whole program. Rule: made from the table of commands alone, since it is often all
// that is asked for.

import { PROGRAM } from "../../base/advice.ts";
import type { Answer, CommandContext } from "../../command.ts";
import { BRIEF, type CommandEntry, COMMANDS } from "../tree/commands.ts";

/** The reply that is this page. */
export function rootPage({ talk }: CommandContext): Answer {
  return { kind: "answer", text: rootHelp(talk.shown(PROGRAM)), data: rootHelp() };
}

/** The page of the whole program, with the words that its commands begin with. */
export function rootHelp(anaplanAuth = "anaplan-auth"): string {
  const entries: [string, CommandEntry][] = Object.entries(COMMANDS);
  const groups = Array.from(Map.groupBy(entries, ([, { group }]) => group))
    .filter(([heading]) => heading)
    .map(([heading, listed]) =>
      [heading, ...listed.map(([name, { brief }]) => `  ${name.padEnd(11)}${brief}`)].join("\n")
    );
  return `${BRIEF}

Usage: ${anaplanAuth} <command> [flags]

${groups.join("\n\n")}

Flags for every command: --profile, --json, --quiet, --verbose, --help
Example: ${anaplanAuth} login --region eu2
Exit codes and variables: ${anaplanAuth} help reference`;
}
