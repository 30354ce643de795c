// What to say to who typed something that cannot be read. Rule: loaded only then; what is suggested exists.

import type { Command, RouteMap } from "@stricli/core";
import { type Advice, run } from "../../base/advice.ts";
import { CliError } from "../../base/errors.ts";
import { didYouMean } from "../../base/near_names.ts";
import { kebab, shellWord } from "../../base/text.ts";
import type { Complaint, TreeContext } from "../tree/loading.ts";
import { ROOT } from "../tree/tree.ts";

type Target = Command<TreeContext> | RouteMap<TreeContext>;

/** The usage error for a complaint about what was typed: with what was meant, and where help is. */
export function usageError(
  { text, flag, near = [] }: Complaint,
  argv: readonly string[],
): CliError {
  return new CliError("usage", text + didYouMean(near), {
    next: helpFor(argv),
    ...(flag === undefined ? {} : { misspelled: { typed: flag, names: flagsFor(argv) } }),
  });
}

function flagsFor(argv: readonly string[]): string[] {
  const { target } = walk(argv);
  const flags = target !== undefined && "loader" in target ? target.parameters.flags ?? {} : {};
  return [...Object.keys(flags), "help"].map((name) => `--${kebab(name)}`);
}

/** What fits to what was typed: the same with the command first, or the help. */
function helpFor(argv: readonly string[]): Advice {
  const [name = ""] = argv;
  if (name.startsWith("-")) {
    const command = argv.find((word) => ROOT.getRoutingTargetForInput(word) !== undefined);
    const others = argv.filter((word) => word !== command);
    return run([command ?? "<command>", ...others].join(" "));
  }
  if (name === "exec" && !argv.includes("--")) {
    return run(["exec --", ...argv.slice(1).map(shellWord)].join(" "));
  }
  const { names, target } = walk(argv);
  return run(target === undefined ? "help" : `${names.join(" ")} --help`);
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
