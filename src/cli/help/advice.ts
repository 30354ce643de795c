// What to say to who typed something that cannot be read. Rule: loaded only then; what is suggested exists.

import type { Command, RouteMap } from "@stricli/core";
import { CliError } from "../../base/errors.ts";
import { nearNames } from "../../base/near_names.ts";
import { kebab, shellWord } from "../../base/text.ts";
import type { TreeContext } from "../tree/loading.ts";
import { ROOT } from "../tree/tree.ts";

type Target = Command<TreeContext> | RouteMap<TreeContext>;

/** The usage error for a complaint about what was typed: with what was meant, and where help is. */
export function usageError(complaint: string, argv: readonly string[]): CliError {
  const [, flag] = /^There is no flag --(\S+)$/.exec(complaint) ?? [];
  const near = flag === undefined ? [] : nearFlags(flag, argv);
  const hint = near.length === 0 ? "" : `; did you mean ${near.join(" or ")}?`;
  return new CliError("usage", complaint + hint, { next: helpFor(argv) });
}

function nearFlags(flag: string, argv: readonly string[]): string[] {
  const { target } = walk(argv);
  const flags = target !== undefined && "loader" in target ? target.parameters.flags ?? {} : {};
  return nearNames(flag, [...Object.keys(flags).map(kebab), "help"]).map((name) => `--${name}`);
}

/** What fits to what was typed: the same with the command first, or the help. */
function helpFor(argv: readonly string[]): string {
  const [name = ""] = argv;
  if (name.startsWith("-")) {
    const command = argv.find((word) => ROOT.getRoutingTargetForInput(word) !== undefined);
    const others = argv.filter((word) => word !== command);
    return ["anaplan-auth", command ?? "<command>", ...others].join(" ");
  }
  if (name === "exec" && !argv.includes("--")) {
    return ["anaplan-auth exec --", ...argv.slice(1).map(shellWord)].join(" ");
  }
  const { names, target } = walk(argv);
  return target === undefined ? "anaplan-auth help" : `anaplan-auth ${names.join(" ")} --help`;
}

/** As far as the tree goes with what was typed. */
function walk(argv: readonly string[]): { names: string[]; target: Target | undefined } {
  const names: string[] = [];
  let target: Target | undefined;
  let group: RouteMap<TreeContext> | undefined = ROOT;
  for (const word of argv) {
    const next: Target | undefined = group?.getRoutingTargetForInput(word);
    if (next === undefined) break;
    names.push(word);
    target = next;
    group = "loader" in next ? undefined : next;
  }
  return { names, target };
}
