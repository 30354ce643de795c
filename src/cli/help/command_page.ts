// The help page of one command. Rule: one screen with what people use; the other flags are behind `--all`.

import type { Command } from "@stricli/core";
import { glued, NO_BREAK_SPACE } from "../../base/lines.ts";
import { toKebabCase } from "../../base/parse.ts";
import { flagKey, ROWS } from "../../settings/table.ts";
import { COMMON_FLAGS } from "../tree/flags.ts";
import type { TreeContext } from "../tree/loading.ts";
import { type Page, PAGES } from "./pages.ts";

interface Flag {
  readonly kind: string;
  readonly brief: string;
  readonly placeholder?: string;
  readonly values?: readonly string[];
}
type Flags = Readonly<Record<string, Flag>>;

/** The page in paragraphs, its lines not broken yet; with `isWhole`, every flag. */
export async function commandPage(
  name: string,
  command: Command<TreeContext>,
  isWhole: boolean,
): Promise<string[]> {
  const page = PAGES[name] ?? EMPTY;
  const flags: Flags = { ...command.parameters.flags, help: HELP };
  const lettered = Object.entries(command.parameters.aliases ?? {});
  const letters = new Map(lettered.map(([letter, flag]) => [String(flag), letter]));
  const groups = isWhole ? groupsOf(flags) : [{ heading: "Flags", names: page.flags }];
  const lists = groups.filter(({ names }) => names.length > 0)
    .map(({ heading, names }) => `${heading}\n${flagLines(names, flags, letters)}`);
  const more = isWhole ? "" : `\nMore flags: {anaplan-auth} help ${name} --all`;
  return [
    `${command.brief}.`,
    `Usage: {anaplan-auth} ${name}${usageOf(command)}`,
    ["Examples", ...page.examples.map((example) => `  ${glued(example)}`)].join("\n"),
    lists.join("\n\n") + glued(more),
    ...isWhole && "region" in flags ? [await regions()] : [],
    `Prints ${page.prints}.\nExit codes: ${
      page.exitCodes.replace(/(\d+) /g, `$1${NO_BREAK_SPACE}`)
    }`,
  ];
}

const EMPTY: Page = { examples: [], flags: [], prints: "", exitCodes: "" };
const HELP: Flag = { kind: "boolean", brief: "Show this page" };

/** The flags about the browser, which `--all` shows together. */
const BROWSER_FLAGS: readonly string[] = [
  "redirectUri",
  "listen",
  "paste",
  "noBrowser",
  "prompt",
  "timeout",
];

/** Each flag in one group, in the order of the tree. */
function groupsOf(flags: Flags) {
  const all = Object.keys(flags);
  const every = all.filter((name) => name in COMMON_FLAGS || name === "help");
  const browser = all.filter((name) => BROWSER_FLAGS.includes(name));
  const servers = ROWS.filter(([, { group }]) => group === "servers" || group === "protocol")
    .map(([name]): string => flagKey(name))
    .filter((name) => all.includes(name) && !browser.includes(name));
  const named = [...every, ...browser, ...servers];
  return [
    { heading: "Flags", names: all.filter((name) => !named.includes(name)) },
    { heading: "Browser", names: browser },
    { heading: "Endpoints and other providers", names: servers },
    { heading: "Every command", names: every },
  ];
}

/** What follows `--` is another program's, and comes last. */
function usageOf({ parameters: { positional } }: Command<TreeContext>): string {
  if (positional === undefined) return " [flags]";
  if (positional.kind === "array") {
    const { placeholder = "" } = positional.parameter;
    return placeholder.includes("-- ") ? ` [flags] ${placeholder}` : ` ${placeholder} [flags]`;
  }
  const names = positional.parameters.map(({ placeholder, optional }) =>
    optional ? ` [${placeholder}]` : ` ${placeholder}`
  );
  return `${names.join("")} [flags]`;
}

/** How far to the right what is said of a flag may begin. */
const WIDEST = 30;

function flagLines(
  names: readonly string[],
  flags: Flags,
  letters: ReadonlyMap<string, string>,
): string {
  const rows = names.flatMap((name) => {
    const flag = flags[name];
    if (flag === undefined) return [];
    const letter = letters.get(name);
    const short = letter === undefined ? "" : `-${letter}, `;
    return [[`  ${short}--${toKebabCase(name)}${valueOf(flag)}`, flag.brief] as const];
  });
  const fitting = rows.map(([left]) => left.length + 2).filter((width) => width <= WIDEST);
  const column = Math.max(0, ...fitting);
  return rows.map(([left, brief]) => {
    const gap = left.length + 2 > column ? `\n${" ".repeat(column)}` : "";
    return `${left.padEnd(column)}${gap}${brief}`;
  }).join("\n");
}

function valueOf(flag: Flag): string {
  if (flag.kind === "boolean") return "";
  return ` ${flag.values?.join("|") ?? flag.placeholder ?? "VALUE"}`;
}

async function regions(): Promise<string> {
  const { REGIONS } = await import("../../provider/regions.ts");
  const rows = Object.entries(REGIONS).map(([name, { description }]) =>
    `  ${name}  ${description}`
  );
  return ["Regions", ...rows].join("\n");
}
