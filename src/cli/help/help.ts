// Help pages, made from the tree. Rule: 80 columns, an example before the flags, and nothing that the
// tree does not have.

import type { Command, RouteMap } from "@stricli/core";
import type { Answer, CommandContext, CommonFlags } from "../../command.ts";
import { PROGRAM, run, written } from "../../base/advice.ts";
import { CliError } from "../../base/errors.ts";
import { wrapped } from "../../base/lines.ts";
import { kebab } from "../../base/text.ts";
import { COMMON_FLAG_NAMES } from "../tree/flags.ts";
import type { TreeContext } from "../tree/loading.ts";
import { rootHelp } from "./root_help.ts";
import { ROOT } from "../tree/tree.ts";

const WIDTH = 80;

/** The command `help`: a page of the whole program, of one command, or the reference. */
export async function help(
  _flags: CommonFlags,
  { talk }: CommandContext,
  ...topic: readonly string[]
): Promise<Answer> {
  if (topic[0] === "reference") {
    const page = (await import("./reference.ts")).reference();
    return { kind: "answer", text: page, data: page };
  }
  if (topic[0] === "administrator") {
    const { administratorPage } = await import("./administrator.ts");
    return {
      kind: "answer",
      text: administratorPage(talk.shown),
      data: administratorPage(written),
    };
  }
  const name = topic.join(" ");
  const target = targetOf(topic);
  const text = await helpOf(name, target, talk.shown(PROGRAM));
  return { kind: "answer", text, data: await helpOf(name, target) };
}

type Target = Command<TreeContext> | RouteMap<TreeContext>;

function targetOf(topic: readonly string[]): Target {
  let target: Target = ROOT;
  for (const name of topic) {
    const next: Target | undefined = "loader" in target
      ? undefined
      : target.getRoutingTargetForInput(name);
    if (next === undefined) {
      const names = "loader" in target ? [] : namesIn(target);
      throw new CliError("usage", `There is no command ${topic.join(" ")} to help with`, {
        next: run("help"),
        misspelled: { typed: name, names },
      });
    }
    target = next;
  }
  return target;
}

function namesIn(group: RouteMap<TreeContext>): string[] {
  return group.getAllEntries().map(({ name }) => name.original);
}

/** The page of a command that has commands of its own. */
function groupHelp(name: string, group: RouteMap<TreeContext>, anaplanAuth: string): string {
  const entries = group.getAllEntries().map((entry) =>
    `  ${entry.name.original.padEnd(13)}${entry.target.brief}`
  );
  return `${group.brief}.

Usage: ${anaplanAuth} ${name} <command> [flags]
${exampleIn(group)}

${entries.join("\n")}

More of one: ${anaplanAuth} ${name} <command> --help`;
}

/** The example of the first command that has one. */
function exampleIn(group: RouteMap<TreeContext>): string {
  const pages = group.getAllEntries().map(({ target }) => target.fullDescription ?? "");
  return pages.map((page) => page.split("\n")[0]).find(Boolean) ?? "";
}

/** The page of whatever a name leads to, with the words that a command begins with. */
export async function helpOf(
  name: string,
  target: Target,
  anaplanAuth = "anaplan-auth",
): Promise<string> {
  if (!("loader" in target)) {
    return name === ""
      ? rootHelp(anaplanAuth)
      : named(groupHelp(name, target, anaplanAuth), anaplanAuth);
  }
  const page = named(commandHelp(name, target, anaplanAuth), anaplanAuth);
  if (target.parameters.flags?.["region"] === undefined) return page;
  const { REGIONS } = await import("../../provider/regions.ts");
  const regions = Object.entries(REGIONS).map(([region, { description }]) =>
    `  ${region}  ${description}`
  );
  return `${page}\n\nRegions\n${regions.join("\n")}`;
}

/** The page with the program's name in the places that the tree leaves for it. */
function named(page: string, anaplanAuth: string): string {
  return page.replaceAll("{anaplan-auth}", anaplanAuth);
}

/** The page of one command. */
function commandHelp(name: string, command: Command<TreeContext>, anaplanAuth: string): string {
  const flags = Object.entries(command.parameters.flags ?? {}) as [string, Flag][];
  const letters = new Map(
    Object.entries(command.parameters.aliases ?? {}).map(([letter, flag]) => [flag, letter]),
  );
  const own = flags.filter(([flag]) => !COMMON_FLAG_NAMES.includes(flag));
  const common = flags.filter(([flag]) => COMMON_FLAG_NAMES.includes(flag));
  return [
    `${command.brief}.`,
    `Usage: ${anaplanAuth} ${name}${usageOf(command)}\n${command.fullDescription ?? ""}`,
    ...(own.length === 0 ? [] : [`Flags\n${flagLines(own, letters)}`]),
    `Flags of every command\n${flagLines([...common, ["help", HELP_FLAG]])}`,
  ].join("\n\n");
}

/** What follows `--` is another program's, and comes last. */
function usageOf({ parameters: { positional } }: Command<TreeContext>): string {
  if (positional === undefined) return " [flags]";
  if (positional.kind === "array") {
    const { placeholder = "" } = positional.parameter;
    return placeholder.startsWith("--") ? ` [flags] ${placeholder}` : ` ${placeholder} [flags]`;
  }
  const names = positional.parameters.map(({ placeholder, optional }) =>
    optional ? ` [${placeholder}]` : ` ${placeholder}`
  );
  return `${names.join("")} [flags]`;
}

interface Flag {
  readonly kind: string;
  readonly brief: string;
  readonly placeholder?: string;
  readonly values?: readonly string[];
}

const HELP_FLAG: Flag = { kind: "boolean", brief: "Show this page" };

function flagLines(
  flags: readonly [string, Flag][],
  letters: ReadonlyMap<string, string> = new Map(),
): string {
  const rows = flags.map(([name, flag]) => {
    const letter = letters.get(name);
    const short = letter === undefined ? "" : `-${letter}, `;
    return [`  ${short}--${kebab(name)}${valueOf(flag)}`, flag.brief] as const;
  });
  const column = Math.min(34, Math.max(...rows.map(([left]) => left.length)) + 2);
  return rows.flatMap(([left, brief]) => {
    const [first = "", ...rest] = wrapped(brief, WIDTH - column);
    const indented = rest.map((line) => " ".repeat(column) + line);
    return left.length + 2 > column
      ? [left, " ".repeat(column) + first, ...indented]
      : [left.padEnd(column) + first, ...indented];
  }).join("\n");
}

function valueOf(flag: Flag): string {
  if (flag.kind === "boolean") return "";
  return ` ${flag.values?.join("|") ?? flag.placeholder ?? "VALUE"}`;
}
