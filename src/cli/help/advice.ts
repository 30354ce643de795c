// What to say to who typed something that cannot be read. Rule: loaded only then; what is suggested exists.

import { run, type Words } from "../../base/advice.ts";
import { CliError } from "../../base/errors.ts";
import { onlyDefined } from "../../base/json.ts";
import { shellWord, toKebabCase } from "../../base/text.ts";
import type { Complaint } from "../tree/loading.ts";
import { ROOT, walk } from "../tree/tree.ts";

/** Flags of other tools that take a secret as their value. */
const SECRET_FLAGS = ["--client-secret", "--secret", "--password"];

/** The usage error for a complaint about what was typed: with what was meant, and where help is. */
export function usageError(
  { text, flag = "", command, value }: Complaint,
  argv: readonly string[],
): CliError {
  if (argv.some(isSecretFlag)) return secretTyped();
  const misspelled = flag !== ""
    ? { typed: flag, names: flagsFor(argv) }
    : command !== undefined
    ? { typed: command, names: commandsFor(argv) }
    : value;
  return new CliError("usage", text, onlyDefined({ next: helpFor(argv), misspelled }));
}

function isSecretFlag(word: string): boolean {
  const [flag = ""] = word.split("=");
  return word.startsWith("--") && SECRET_FLAGS.includes(`--${toKebabCase(flag.slice(2))}`);
}

/** Its value is not repeated, here or in what is typed next. */
function secretTyped(): CliError {
  const why = "A secret does not belong on the command line, where other users can see it";
  return new CliError("usage", why, { next: run("login --client-secret-file FILE") });
}

function flagsFor(argv: readonly string[]): string[] {
  const { target } = walk(argv);
  const flags = "loader" in target ? target.parameters.flags ?? {} : {};
  return [...Object.keys(flags), "help"].map((name) => `--${toKebabCase(name)}`);
}

function commandsFor(argv: readonly string[]): string[] {
  const { target = ROOT } = walk(argv);
  return "loader" in target ? [] : target.getAllEntries().map(({ name }) => name.original);
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
