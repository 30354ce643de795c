// What to say to who typed something that cannot be read. Rule: loaded only then; what is suggested exists.

import { run, shellWord, type Words } from "../../base/words.ts";
import { CliError } from "../../base/errors.ts";
import { onlyDefined } from "../../base/json.ts";
import { toKebabCase } from "../../base/parse.ts";
import { flagsBehind, knownMistake, withoutCommand } from "./mistakes.ts";
import type { Complaint } from "../tree/loading.ts";
import { namesIn, ROOT, walk } from "../tree/tree.ts";

/** The usage error for a complaint about what was typed: with what was meant, and where help is. */
export function usageError(
  { text, flag = "", command, value, argument }: Complaint,
  argv: readonly string[],
): CliError {
  const known = knownMistake(argv);
  if (known !== undefined) return known;
  if (argument !== undefined) {
    const { target } = walk(argv);
    const takesSome = "loader" in target && target.parameters.positional !== undefined;
    const why = takesSome ? "it is one too many" : "this command takes flags only";
    const message = `Cannot use the argument "${argument}": ${why}`;
    return new CliError("usage", message, { next: helpFor(argv) });
  }
  const misspelled = flag !== ""
    ? { typed: flag, names: flagsFor(argv) }
    : command !== undefined
    ? { typed: command, names: namesIn(walk(argv).target) }
    : value;
  return new CliError("usage", text, onlyDefined({ next: helpFor(argv), misspelled }));
}

function flagsFor(argv: readonly string[]): string[] {
  const { target } = walk(argv);
  const flags = "loader" in target ? target.parameters.flags ?? {} : {};
  return [...Object.keys(flags), "help"].map((name) => `--${toKebabCase(name)}`);
}

/** What fits to what was typed: the same with the command first, or the help. */
function helpFor(argv: readonly string[]): Words {
  const [name = ""] = argv;
  if (name.startsWith("-")) {
    const command = argv.find((word) => ROOT.getRoutingTargetForInput(word) !== undefined);
    return command === undefined ? withoutCommand(name) : flagsBehind(command, argv);
  }
  if (name === "exec" && !argv.includes("--")) {
    return run(["exec --", ...argv.slice(1).map(shellWord)].join(" "));
  }
  const { names } = walk(argv);
  return run(names.length === 0 ? "help" : `${names.join(" ")} --help`);
}
