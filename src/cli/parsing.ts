// A command line with flags: the tree reads it, and gets here what reads the tree. Rule: loaded only when there is
// something to parse.

import type { Answer } from "../command.ts";
import type { ParsedCommand, TreeReaders } from "./tree/loading.ts";
import { rewrite } from "./habits.ts";
import { walk } from "./tree/tree.ts";
import { parse as parseWith } from "./tree/parser.ts";

const READERS: TreeReaders = {
  help: async () => (await import("./help/help.ts")).help,
  complete: async () => (await import("./completion/complete.ts")).complete,
  usageError: async (complaint, argv) =>
    (await import("./help/advice.ts")).usageError(complaint, argv),
};

/** As the tree's own {@link parseWith}, with the commands that read the tree. */
export function parse(argv: readonly string[]): Promise<ParsedCommand | Answer> {
  return parseWith(asksForHelp(argv) ? ["help", ...argv.slice(0, -1)] : rewrite(argv), READERS);
}

/** `login help`: a command that takes no argument, and the word behind it. */
function asksForHelp(argv: readonly string[]): boolean {
  const before = argv.slice(0, -1);
  if (argv.at(-1) !== "help" || before.length === 0 || before[0] === "help") return false;
  const { names, target } = walk(before);
  const takesWords = "loader" in target && target.parameters.positional !== undefined;
  return names.length === before.length && !takesWords;
}
