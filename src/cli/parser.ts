// Stricli finds the command and reads its flags; what it has to say comes in our words. Rule: loaded only
// when there is something to parse.

import {
  AliasNotFoundError,
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
} from "@stricli/core";
import type { Reply } from "../command.ts";
import { CliError } from "../errors.ts";
import { VERSION } from "../version.ts";
import type { TreeContext } from "./loading.ts";
import { kebab } from "./parse.ts";
import { ROOT } from "./tree.ts";

/**
 * Reads one command line and hands the command to `perform`.
 *
 * @returns what Stricli itself answered, such as a help page; `undefined` when a command was performed.
 * @throws {CliError} `usage` for what cannot be read.
 */
export async function parse(
  argv: readonly string[],
  perform: TreeContext["perform"],
): Promise<Reply | undefined> {
  const said: string[] = [];
  const process: StricliProcess = {
    stdout: { write: (text) => void said.push(text) },
    stderr: { write: (text) => void said.push(text) },
    exitCode: null, // Stricli sets none over another
  };
  let isPerformed = false;
  await runStricli(APPLICATION, argv, {
    process,
    perform: (load, flags, args) => {
      isPerformed = true;
      return perform(load, flags, args);
    },
  });
  if (isPerformed) return undefined;
  const text = said.join("").trimEnd();
  if (process.exitCode === ExitCode.Success) return { text, data: text };
  const isUsage = process.exitCode === ExitCode.InvalidArgument ||
    process.exitCode === ExitCode.UnknownCommand;
  const [message = "", advice] = text.split("\n");
  const next = isUsage ? advice ?? helpFor(argv) : "install the program again, or report this";
  throw new CliError(isUsage ? "usage" : "internal", message, { next });
}

interface StricliProcess {
  readonly stdout: { write(text: string): void };
  readonly stderr: { write(text: string): void };
  exitCode: number | null;
}

const APPLICATION = buildApplication<TreeContext>(ROOT, {
  name: "anaplan-auth",
  scanner: {
    caseStyle: "allow-kebab-for-camel",
    allowArgumentEscapeSequence: true,
  },
  localization: {
    text: {
      ...text_en,
      noCommandRegisteredForInput: ({ input, corrections }) =>
        input.startsWith("-")
          ? `Cannot read ${input} there: flags come after the command`
          : `There is no command ${input}${didYouMean(corrections)}`,
      exceptionWhileParsingArguments: (error) => whatIsWrong(error),
    },
  },
}, {
  help: {
    flag: {
      brief: "Show help",
      aliases: ["h"],
      global: true,
      defaultForRouteMap: true,
      async run(_app, { result: { target, prefix } }) {
        const { helpOf } = await import("./help.ts");
        this.process.stdout.write(await helpOf(prefix.slice(1).join(" "), target));
      },
    },
  },
  version: {
    flag: {
      brief: "Show the version",
      run() {
        this.process.stdout.write(VERSION);
      },
    },
  },
});

/** What is wrong with an argument; the first of Stricli's complaints, in our words. */
function whatIsWrong(error: unknown): string {
  if (error instanceof FlagNotFoundError) {
    const near = error.corrections.map((name) => `--${kebab(name.replace(/^-+/, ""))}`);
    return `There is no flag --${kebab(error.input.replace(/^-+/, ""))}${didYouMean(near)}`;
  }
  if (error instanceof AliasNotFoundError) return `There is no flag -${error.input}`;
  if (error instanceof ArgumentParseError) {
    const reason = error.exception instanceof Error ? error.exception.message : "it means nothing";
    return `Cannot use "${error.input}" for ${
      flagName(error.externalFlagNameOrPlaceholder)
    }: ${reason}`;
  }
  if (error instanceof EnumValidationError) {
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
    return `Cannot use the argument "${error.input}": this command takes flags only`;
  }
  return error instanceof Error ? error.message : String(error);
}

/** What fits to what was typed: the same with the command first, or the help. */
function helpFor(argv: readonly string[]): string {
  const [name = ""] = argv;
  if (name.startsWith("-")) {
    const command = argv.find((word) => ROOT.getRoutingTargetForInput(word) !== undefined);
    const others = argv.filter((word) => word !== command);
    return ["anaplan-auth", command ?? "<command>", ...others].join(" ");
  }
  const target = ROOT.getRoutingTargetForInput(name);
  if (target === undefined) return "anaplan-auth help";
  const [, second = ""] = argv;
  const isGroup = "getRoutingTargetForInput" in target;
  const hasSecond = isGroup && target.getRoutingTargetForInput(second) !== undefined;
  return `anaplan-auth ${name}${hasSecond ? ` ${second}` : ""} --help`;
}

function flagName(external: string): string {
  return `--${kebab(external.replace(/^-+/, ""))}`;
}

function didYouMean(corrections: readonly string[]): string {
  const names = corrections.map((name) => name.replaceAll("`", ""));
  return names.length === 0 ? "" : `; did you mean ${names.join(" or ")}?`;
}
