// Help pages, made from the tree. Rule: at most 80 columns, and nothing that the tree does not have.

import type { RouteMap } from "@stricli/core";
import type { Answer, CommandContext, CommonFlags } from "../../command.ts";
import { formatWords, PROGRAM, run } from "../../base/words.ts";
import { CliError } from "../../base/errors.ts";
import { broken, fitLines, glued, NO_BREAK_SPACE } from "../../base/lines.ts";
import type { TreeContext } from "../tree/loading.ts";
import { namesIn, ROOT, type Target, walk } from "../tree/tree.ts";
import { commandPage } from "./command_page.ts";
import { PAGES } from "./pages.ts";

const WIDTH = 80;

/** The command `help`: a page of the whole program, of one command, or the reference. */
export async function help(
  { all }: CommonFlags & Pick<PageOptions, "all">,
  { system, talk }: CommandContext,
  ...topic: readonly string[]
): Promise<Answer> {
  if (topic[0] === "reference") {
    const page = fitLines((await import("./reference.ts")).reference(), WIDTH);
    return { kind: "answer", text: page, data: page };
  }
  if (topic[0] === "administrator") {
    const { administratorPage } = await import("./administrator.ts");
    const text = administratorPage();
    return { kind: "answer", text, data: formatWords(text) };
  }
  const name = topic.join(" ");
  const { names, target } = walk(topic);
  const typed = topic[names.length];
  if (typed !== undefined) {
    const topics = names.length === 0 ? ["reference", "administrator"] : [];
    throw new CliError("usage", `Cannot show help: there is no command ${name}`, {
      next: run("help"),
      misspelled: { typed, names: [...namesIn(target), ...topics] },
    });
  }
  const width = Math.min(WIDTH, system.terminal.columns() ?? WIDTH);
  const anaplanAuth = talk.shown(PROGRAM, NO_BREAK_SPACE);
  const fit = system.terminal.stdout ? broken : fitLines;
  const text = await helpOf(name, target, { all, anaplanAuth, width, fit });
  return { kind: "answer", text, data: await helpOf(name, target, { all }) };
}

export interface PageOptions {
  /** Every flag of a command. */
  readonly all?: boolean | undefined;
  /** The words that a command begins with. */
  readonly anaplanAuth?: string;
  readonly width?: number;
  readonly fit?: typeof fitLines;
}

/** The page of whatever a name leads to. */
export async function helpOf(
  name: string,
  target: Target,
  { all = false, anaplanAuth = "anaplan-auth", width = WIDTH, fit = fitLines }: PageOptions = {},
): Promise<string> {
  const page = "loader" in target
    ? (await commandPage(name, target, all)).join("\n\n")
    : target === ROOT
    ? formatWords((await import("./root_help.ts")).rootHelp(), anaplanAuth, NO_BREAK_SPACE)
    : groupPage(name, target);
  return fit(page.replaceAll("{anaplan-auth}", anaplanAuth), width);
}

function groupPage(name: string, group: RouteMap<TreeContext>): string {
  const entries = group.getAllEntries().map((entry) =>
    `  ${entry.name.original.padEnd(13)}${entry.target.brief}`
  );
  const [first = ""] = namesIn(group);
  return `${group.brief}.

Usage: {anaplan-auth} ${name} <command> [flags]

${entries.join("\n")}

${glued(`Example: ${PAGES[`${name} ${first}`]?.examples[0] ?? ""}`)}
More about one: ${glued(`{anaplan-auth} help ${name} ${first}`)}`;
}
