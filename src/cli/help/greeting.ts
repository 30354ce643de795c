// What is printed when no command was typed. Rule: on a terminal where you are and what to type, elsewhere the help.

import type { Answer, CommandContext } from "../../command.ts";

/** The status in short on a terminal, else the help. */
export async function greeting(context: CommandContext): Promise<Answer> {
  if (!context.system.terminal.stdout) return (await import("./root_help.ts")).rootPage();
  const { statusInShort } = await import("../../commands/status.ts");
  return { kind: "answer", text: await statusInShort(context), data: null };
}
