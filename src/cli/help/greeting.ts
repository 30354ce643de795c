// What is printed when no command was typed. Rule: on a terminal first how things are, then the help.

import { words } from "../../base/advice.ts";
import type { Answer, CommandContext } from "../../command.ts";

/** The status in short, for a user who reads it, and the help. */
export async function greeting(context: CommandContext): Promise<Answer> {
  const { rootPage } = await import("./root_help.ts"); // a file of its own, for --help
  const page = rootPage(context);
  if (!context.system.terminal.stdout) return page;
  const { statusInShort } = await import("../../commands/status.ts");
  return { ...page, text: words`${await statusInShort(context)}\n\n${page.text}` };
}
