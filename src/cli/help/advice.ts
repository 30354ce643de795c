// What to say to who typed something that cannot be read. Rule: loaded only then; what is suggested exists.

import { run, type Words } from "../../base/advice.ts";
import { CliError } from "../../base/errors.ts";
import { didYouMean } from "../../base/near_names.ts";
import { kebab, shellWord } from "../../base/text.ts";
import type { Complaint } from "../tree/loading.ts";
import { ROOT, walk } from "../tree/tree.ts";

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
  const flags = "loader" in target ? target.parameters.flags ?? {} : {};
  return [...Object.keys(flags), "help"].map((name) => `--${kebab(name)}`);
}

/** What fits to what was typed: the same with the command first, or the help. */
function helpFor(argv: readonly string[]): Words {
  const [name = ""] = argv;
  if (name.startsWith("-")) {
    const command = argv.find((word) => ROOT.getRoutingTargetForInput(word) !== undefined);
    const others = argv.filter((word) => word !== command);
    return run([command ?? "<command>", ...others].join(" "));
  }
  if (name === "exec" && !argv.includes("--")) {
    return run(["exec --", ...argv.slice(1).map(shellWord)].join(" "));
  }
  const { names } = walk(argv);
  return run(names.length === 0 ? "help" : `${names.join(" ")} --help`);
}
