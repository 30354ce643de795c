// Stricli finds the command and reads its flags; what it has to say comes in our words. Rule: loaded only
// when there is something to parse.

import {
  AliasNotFoundError,
  type Application,
  type ApplicationText,
  ArgumentParseError,
  buildApplication,
  EnumValidationError,
  ExitCode,
  FlagNotFoundError,
  run as runStricli,
  text_en,
  UnexpectedFlagError,
  UnexpectedPositionalError,
  UnsatisfiedFlagError,
  UnsatisfiedPositionalError,
} from "@stricli/core";
import type { Answer } from "../../command.ts";
import { CliError, type Misspelled } from "../../base/errors.ts";
import { VERSION } from "./commands.ts";
import type { ParsedCommand, TreeContext, TreeReaders } from "./loading.ts";
import { toKebabCase } from "../../base/parse.ts";
import { ROOT } from "./tree.ts";

/**
 * Reads one command line.
 *
 * @returns the command that is meant, or what Stricli itself answered, such as the version.
 * @throws {CliError} `usage` for what cannot be read.
 */
export async function parse(
  argv: readonly string[],
  readers: TreeReaders,
): Promise<ParsedCommand | Answer> {
  const said: string[] = [];
  const process: TreeContext["process"] & { exitCode: number | null } = {
    stdout: { write: (text) => void said.push(text) },
    stderr: { write: (text) => void said.push(text) },
    exitCode: null, // Stricli sets none over another
  };
  const asked: ParsedCommand[] = [];
  const perform: TreeContext["perform"] = (load, flags, args) =>
    void asked.push({ flags, run: async (context) => (await load())(flags, context, ...args) });
  const noted: ParseNotes = {};
  await runStricli(applicationWith(noted), splitGluedFlags(argv), { process, perform, readers });
  if (noted.topic !== undefined) perform(readers.help, {}, noted.topic);
  const [meant] = asked;
  if (meant !== undefined) return meant;
  const text = said.join("").trimEnd();
  if (process.exitCode === ExitCode.Success) return { kind: "answer", text, data: text };
  const isUsage = process.exitCode === ExitCode.InvalidArgument ||
    process.exitCode === ExitCode.UnknownCommand;
  if (isUsage) throw await readers.usageError({ text, ...noted }, argv);
  const next = "install the program again, or report this";
  throw new CliError("internal", text, { next });
}

/** What is noted of a command line besides what Stricli says. */
interface ParseNotes {
  /** What a help page is asked for. */
  topic?: string[];
  /** As in {@link Complaint}. */
  flag?: string;
  command?: string;
  argument?: string;
  value?: Misspelled;
}

/** The command line as Stricli reads it. */
export function applicationWith(noted: ParseNotes = {}): Application<TreeContext> {
  return buildApplication<TreeContext>(ROOT, {
    name: "anaplan-auth",
    scanner: {
      caseStyle: "allow-kebab-for-camel",
      allowArgumentEscapeSequence: true,
    },
    localization: { text: complaints(noted) },
  }, {
    help: {
      flag: {
        brief: "Show help",
        aliases: ["h"],
        global: true,
        complete: true,
        defaultForRouteMap: true,
        run(_app, { result: { prefix } }) {
          noted.topic = prefix.slice(1);
        },
      },
    },
    version: {
      flag: {
        brief: "Show the version",
        complete: true,
        run() {
          this.process.stdout.write(VERSION);
        },
      },
    },
  });
}

function complaints(noted: ParseNotes): ApplicationText {
  return {
    ...text_en,
    noCommandRegisteredForInput: ({ input }) => {
      if (input.startsWith("-")) return `Cannot read ${input} there: flags come after the command`;
      noted.command = input;
      return `There is no command ${input}`;
    },
    exceptionWhileParsingArguments: (error) => argumentProblem(error, noted),
  };
}

/** What is wrong with an argument; the first of Stricli's complaints, in our words. */
function argumentProblem(error: unknown, noted: ParseNotes): string {
  if (error instanceof FlagNotFoundError) {
    noted.flag = flagName(error.input);
    return `There is no flag ${noted.flag}`;
  }
  if (error instanceof AliasNotFoundError) return `There is no flag -${error.input}`;
  if (error instanceof ArgumentParseError) {
    const { exception } = error;
    const reason = exception instanceof SyntaxError // Stricli's own, of a flag that is there or not
      ? "give the flag alone"
      : exception instanceof Error
      ? exception.message
      : "it is not a known value";
    const flag = flagName(error.externalFlagNameOrPlaceholder);
    return `Cannot use "${error.input}" for ${flag}: ${reason}`;
  }
  if (error instanceof EnumValidationError) {
    noted.value = { typed: error.input, names: error.values };
    const values = error.values.join(" or ");
    return `Cannot use "${error.input}" for ${flagName(error.externalFlagName)}: give ${values}`;
  }
  if (error instanceof UnsatisfiedFlagError) {
    return `${flagName(error.externalFlagName)} needs a value`;
  }
  if (error instanceof UnexpectedFlagError) {
    return `${flagName(error.externalFlagName)} was given twice`;
  }
  if (error instanceof UnexpectedPositionalError) {
    const [, flag] = /^(--[\w-]+)=$/.exec(error.input) ?? [];
    if (flag !== undefined) return `Cannot use "" for ${flag}: it is empty`;
    noted.argument = error.input;
    return `Cannot use the argument "${error.input}"`;
  }
  if (error instanceof UnsatisfiedPositionalError) {
    const { placeholder } = error;
    const values = placeholder.includes("|") ? `one of ${placeholder.replaceAll("|", ", ")}` : "";
    return `An argument is missing: ${values || placeholder}`;
  }
  return error instanceof Error ? error.message : String(error);
}

/** `-XPOST` as `-X POST`: as curl takes it, and Stricli does not. */
function splitGluedFlags(argv: readonly string[]): readonly string[] {
  if (argv[0] !== "api") return argv;
  return argv.flatMap((word) => {
    const [, flag, value] = /^(-[XdHo])([^]+)$/.exec(word) ?? [];
    return flag === undefined || value === undefined ? [word] : [flag, value];
  });
}

/** The name of a flag; that of an argument is in capitals. */
function flagName(external: string): string {
  if (!/[a-z]/.test(external)) return external;
  return `--${toKebabCase(external.replace(/^-+/, ""))}`;
}
