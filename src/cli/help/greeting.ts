// What is printed when no command was typed. Rule: on a terminal first how things are, then the help.

import type { CommandContext, Reply } from "../../command.ts";
import { statusInShort } from "../../commands/status.ts";
import { rootHelp } from "./root_help.ts";

/** The status, where somebody reads it, and the help. */
export async function greeting(context: CommandContext): Promise<Reply> {
  const data = rootHelp();
  if (!context.system.terminal.stdout) return { text: data, data };
  return { text: `${await statusInShort(context)}\n\n${data}`, data };
}
