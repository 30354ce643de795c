// Help pages, made from the tree. Rule: 80 columns, an example before the flags, and nothing that the
// tree does not have.

import type { Command, RouteMap } from "@stricli/core";
import type { CommandContext, CommonFlags, Reply } from "../../command.ts";
import { CliError } from "../../base/errors.ts";
import { nearNames } from "../../base/near_names.ts";
import { kebab, wrapped } from "../../base/text.ts";
import { COMMON_FLAG_NAMES } from "../tree/flags.ts";
import type { TreeContext } from "../tree/loading.ts";
import { rootHelp } from "./root_help.ts";
import { ROOT } from "../tree/tree.ts";

const WIDTH = 80;

/** The command `help`: a page of the whole program, of one command, or the reference. */
export async function help(
  _flags: CommonFlags,
  _context: CommandContext,
  ...topic: readonly string[]
): Promise<Reply> {
  const page = await pageOf(topic);
  return { text: page, data: page };
}

async function pageOf(topic: readonly string[]): Promise<string> {
  if (topic[0] === "reference") return (await import("./reference.ts")).reference();
  let target: Command<TreeContext> | RouteMap<TreeContext> = ROOT;
  for (const name of topic) {
    const next: Command<TreeContext> | RouteMap<TreeContext> | undefined = "loader" in target
      ? undefined
      : target.getRoutingTargetForInput(name);
    if (next === undefined) {
      const near = "loader" in target ? [] : nearNames(name, namesIn(target));
      const hint = near.length === 0 ? "" : `; did you mean ${near.join(" or ")}?`;
      throw new CliError("usage", `There is no command ${topic.join(" ")} to help with${hint}`, {
        next: "anaplan-auth help",
      });
    }
    target = next;
  }
  return await helpOf(topic.join(" "), target);
}

function namesIn(group: RouteMap<TreeContext>): string[] {
  return group.getAllEntries().map(({ name }) => name.original);
}

/** The page of a command that has commands of its own. */
function groupHelp(name: string, group: RouteMap<TreeContext>): string {
  const entries = group.getAllEntries().map((entry) =>
    `  ${entry.name.original.padEnd(13)}${entry.target.brief}`
  );
  return `${group.brief}.

Usage: anaplan-auth ${name} <command> [flags]
${exampleIn(group)}

${entries.join("\n")}

More of one: anaplan-auth ${name} <command> --help`;
}

/** The example of the first command that has one. */
function exampleIn(group: RouteMap<TreeContext>): string {
  const pages = group.getAllEntries().map(({ target }) => target.fullDescription ?? "");
  return pages.map((page) => page.split("\n")[0]).find(Boolean) ?? "";
}

/** The page of whatever a name leads to. */
export async function helpOf(
  name: string,
  target: Command<TreeContext> | RouteMap<TreeContext>,
): Promise<string> {
  if (!("loader" in target)) return name === "" ? rootHelp() : groupHelp(name, target);
  const page = commandHelp(name, target);
  if (target.parameters.flags?.["region"] === undefined) return page;
  const { REGIONS } = await import("../../provider/regions.ts");
  const regions = Object.entries(REGIONS).map(([region, { description }]) =>
    `  ${region}  ${description}`
  );
  return `${page}\n\nRegions\n${regions.join("\n")}`;
}

/** The page of one command. */
function commandHelp(name: string, command: Command<TreeContext>): string {
  const flags = Object.entries(command.parameters.flags ?? {}) as [string, Flag][];
  const letters = new Map(
    Object.entries(command.parameters.aliases ?? {}).map(([letter, flag]) => [flag, letter]),
  );
  const own = flags.filter(([flag]) => !COMMON_FLAG_NAMES.includes(flag));
  const common = flags.filter(([flag]) => COMMON_FLAG_NAMES.includes(flag));
  return [
    `${command.brief}.`,
    `Usage: anaplan-auth ${name}${usageOf(command)}\n${command.fullDescription ?? ""}`,
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
