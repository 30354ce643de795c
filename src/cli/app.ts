// From argv to an exit code: Stricli finds the command and reads its flags, the command is loaded and
// run, and what came out is printed once. Rule: nothing is printed or exited anywhere below.

import {
  AliasNotFoundError,
  type Application,
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
import type { CommandContext, CommonFlags, Reply } from "../command.ts";
import { CliError, toCliError } from "../errors.ts";
import type { System } from "../system.ts";
import { VERSION } from "../version.ts";
import { kebab } from "./parse.ts";
import { exitCodeOf, type Printer, printer } from "./print.ts";
import type { TreeContext } from "./loading.ts";
import { ROOT } from "./tree.ts";

/** What a run comes to. */
type Outcome = { readonly reply: Reply } | { readonly error: CliError };

/**
 * Runs one command line and prints its outcome.
 *
 * @param openSystem makes the system; it is told where to report requests to.
 * @returns the exit code.
 */
export async function run(
  argv: readonly string[],
  openSystem: (trace: (text: string) => void) => System,
): Promise<number> {
  const system = openSystem((text) => out.trace(text));
  // Until the flags are read, and when they cannot be: a look at argv says how to print an error.
  const out: Printer = printer(system, {
    json: hasFlag(argv, "json"),
    quiet: hasFlag(argv, "quiet"),
    verbose: hasFlag(argv, "verbose") || system.env("ANAPLAN_AUTH_DEBUG") !== undefined,
    color: !hasFlag(argv, "noColor") && system.env("NO_COLOR") === undefined,
  });
  const outcome = await outcomeOf(argv, { system, talk: out });
  return await printed(outcome, out);
}

async function printed(outcome: Outcome, out: Printer): Promise<number> {
  if ("error" in outcome) return told(outcome.error, out);
  try {
    await out.reply(outcome.reply);
  } catch (error) {
    if (error instanceof CliError) return told(error, out); // an answer that broke off on its way
    const hasEnough = error instanceof Error && error.name === "BrokenPipe"; // as `| head -1`
    if (hasEnough) return replyCode(outcome.reply);
    const reason = error instanceof Error ? error.message : String(error);
    const cannotWrite = new CliError("storage", `Cannot write the answer: ${reason}`, {
      next: "check where the output goes (a full disk?), then run the command again",
    });
    return told(cannotWrite, out);
  }
  return replyCode(outcome.reply);
}

function told(error: CliError, out: Printer): number {
  out.error(error);
  return exitCodeOf(error);
}

function replyCode({ outcome: kind, exitCode }: Reply): number {
  if (exitCode !== undefined) return exitCode;
  return kind === undefined ? 0 : exitCodeOf({ kind, signal: undefined });
}

async function outcomeOf(argv: readonly string[], context: CommandContext): Promise<Outcome> {
  let outcome: Outcome | undefined;
  const perform: TreeContext["perform"] = async (command, flags, args) => {
    outcome = await settled(() => command(flags, context, ...args));
    if ("error" in outcome) await remember(outcome.error, argv, flags, context);
  };
  if (argv.length === 0) return await settled(() => greeting(context));
  const said: string[] = [];
  const process: StricliProcess = {
    stdout: { write: (text) => void said.push(text) },
    stderr: { write: (text) => void said.push(text) },
    exitCode: null, // Stricli sets none over another
  };
  await runStricli(APPLICATION, unglued(argv), { process, perform });
  if (outcome !== undefined) return outcome;
  const text = said.join("").trimEnd();
  if (process.exitCode === ExitCode.Success) return { reply: { text, data: text } };
  const isUsage = process.exitCode === ExitCode.InvalidArgument ||
    process.exitCode === ExitCode.UnknownCommand;
  if (isUsage) return { error: (await import("./advice.ts")).usageError(text, argv) };
  const next = "install the program again, or report this";
  return { error: new CliError("internal", text, { next }) };
}

interface StricliProcess {
  readonly stdout: { write(text: string): void };
  readonly stderr: { write(text: string): void };
  exitCode: number | null;
}

async function settled(work: () => Promise<Reply>): Promise<Outcome> {
  try {
    return { reply: await work() };
  } catch (error) {
    return { error: toCliError(error) };
  }
}

/** Keeps what went wrong for `doctor`, where there is a configuration directory. */
async function remember(
  error: CliError,
  [command = ""]: readonly string[],
  flags: CommonFlags,
  { system, talk }: CommandContext,
): Promise<void> {
  if (error.kind === "usage" || error.kind === "interrupted" || command === "doctor") return;
  const [{ keepFailure }, { hasEnvironmentLogin, loadSettings }] = await Promise.all([
    import("../last_failure.ts"),
    import("../settings.ts"),
  ]);
  try {
    const settings = loadSettings(flags, system);
    const { configDir, profile, profileExists } = settings;
    if (profileExists && !hasEnvironmentLogin(settings)) {
      keepFailure(configDir, profile, command, error, system.now(), talk.warn);
    }
  } catch {
    // settings that cannot be read are what the error is about
  }
}

/** What stands there when no command was typed: on a terminal first how things are, then the help. */
async function greeting(context: CommandContext): Promise<Reply> {
  const help = (await import("./help.ts")).rootHelp();
  if (!context.system.terminal.stdout) return { text: help, data: help };
  const { statusInShort } = await import("../commands/status.ts");
  return { text: `${await statusInShort(context)}\n\n${help}`, data: help };
}

/** The command line as Stricli reads it. */
export const APPLICATION: Application<TreeContext> = buildApplication<TreeContext>(ROOT, {
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
      complete: true,
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
      complete: true,
      run() {
        this.process.stdout.write(VERSION);
      },
    },
  },
});

/** What is wrong with an argument; the first of Stricli's complaints, in our words. */
function whatIsWrong(error: unknown): string {
  if (error instanceof FlagNotFoundError) {
    return `There is no flag --${kebab(error.input.replace(/^-+/, ""))}`;
  }
  if (error instanceof AliasNotFoundError) return `There is no flag -${error.input}`;
  if (error instanceof ArgumentParseError) {
    const { exception } = error;
    const reason = exception instanceof SyntaxError // Stricli's own, of a flag that is there or not
      ? "give the flag alone"
      : exception instanceof Error
      ? exception.message
      : "it means nothing";
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
  if (error instanceof UnsatisfiedPositionalError && error.placeholder.includes("|")) {
    return `Expected one of ${error.placeholder.replaceAll("|", ", ")}`;
  }
  return error instanceof Error ? error.message : String(error);
}

/** `-XPOST` as `-X POST`: as curl takes it, and Stricli does not. */
function unglued(argv: readonly string[]): readonly string[] {
  if (argv[0] !== "api") return argv;
  return argv.flatMap((word) => {
    const [, flag, value] = /^(-[XdHo])([^]+)$/.exec(word) ?? [];
    return flag === undefined || value === undefined ? [word] : [flag, value];
  });
}

function flagName(external: string): string {
  return `--${kebab(external.replace(/^-+/, ""))}`;
}

function didYouMean(corrections: readonly string[]): string {
  const names = corrections.map((name) => name.replaceAll("`", ""));
  return names.length === 0 ? "" : `; did you mean ${names.join(" or ")}?`;
}

/** Whether a flag is set, in any spelling that Stricli takes; `--json=no` is a way to say no. */
function hasFlag(argv: readonly string[], flag: string): boolean {
  const end = argv.indexOf("--");
  const set = new RegExp(`^--(${flag}|${kebab(flag)})(?!=(?:false|f|no|n|off|0)$)(=|$)`, "i");
  return argv.slice(0, end < 0 ? argv.length : end).some((word) => set.test(word));
}
