// From argv to an exit code: the command is found, loaded and run, and what came out is printed once.
// Rule: nothing is printed or exited anywhere below, no module is loaded before the command's permissions
// are all that is left, and the parser is loaded when there are flags only.

import type { Answer, CommandContext, CommonFlags, Reply } from "../command.ts";
import { PROGRAM, words } from "../base/advice.ts";
import { CliError, EXIT_CODES, toCliError } from "../base/errors.ts";
import type { System, Trace } from "../system/contract.ts";
import { VERSION } from "../base/version.ts";
import { commandNamed } from "./tree/commands.ts";
import type { Asked } from "./tree/loading.ts";
import { kebab } from "../base/text.ts";
import { type Printer, printer } from "./print.ts";

/**
 * Runs one command line and prints its outcome.
 *
 * @param openSystem makes the system; it gets where to report requests, and what the user has to know.
 * @returns the exit code.
 */
export async function run(
  argv: readonly string[],
  openSystem: (trace: Trace, tell: (text: string) => void) => System,
): Promise<number> {
  const system = openSystem((line) => out.trace(line), (text) => out.insist(text));
  const { terminal } = system;
  const isOnTerminal = terminal.stdout || terminal.stderr;
  const layout = isOnTerminal ? (await import("./layout.ts")).layout : undefined;
  // Until the flags are read, and when they cannot be: a look at argv says how to print an error.
  const out: Printer = printer(system, {
    json: hasFlag(argv, "json"),
    quiet: hasFlag(argv, "quiet"),
    verbose: hasFlag(argv, "verbose") || system.env("ANAPLAN_AUTH_DEBUG") !== undefined,
    color: !hasFlag(argv, "noColor") && system.env("NO_COLOR") === undefined,
  }, layout);
  try {
    return await printed(await replyTo(argv, { system, talk: out }), out);
  } catch (error) {
    return await told(toCliError(error), out);
  }
}

async function printed(reply: Reply, out: Printer): Promise<number> {
  try {
    await out.reply(reply);
  } catch (error) {
    if (error instanceof CliError) throw error; // an answer that broke off on its way
    const hasEnough = error instanceof Error && error.name === "BrokenPipe"; // as `| head -1`
    if (hasEnough) return replyCode(reply);
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError("storage", `Cannot write the answer: ${reason}`, {
      next: "check where the output goes (a full disk?), then run the command again",
    });
  }
  return replyCode(reply);
}

async function told(error: CliError, out: Printer): Promise<number> {
  out.error(
    error.misspelled ? (await import("../base/near_names.ts")).withNearNames(error) : error,
  );
  return EXIT_CODES[error.kind];
}

function replyCode(reply: Reply): number {
  if (reply.kind === "exit") return reply.code;
  return "outcome" in reply && reply.outcome !== undefined ? EXIT_CODES[reply.outcome] : 0;
}

async function replyTo(argv: readonly string[], context: CommandContext): Promise<Reply> {
  const [name = "", ...rest] = argv;
  const isAlone = rest.length === 0;
  if (isAlone && name === "--version") return { kind: "answer", text: VERSION, data: VERSION };
  const command = commandNamed(name);
  context.system.restrict(commandNamed(name || "status")?.needs ?? {});
  if (name === "") return await greeting(context);
  if (isAlone && (name === "--help" || name === "-h")) return await rootPage(context);
  if (!name.startsWith("-") && !command?.writesLate) context.system.expectWrites();
  if (command?.sends) context.system.expectRequest();
  if (command?.load !== undefined && arePlain(rest, command.words)) {
    const { load } = command;
    return await performed(
      { flags: {}, run: async () => (await load())({}, context, ...rest) },
      argv,
      context,
    );
  }
  const { parse } = await import("./parsing.ts");
  const asked = await parse(argv);
  return "run" in asked ? await performed(asked, argv, context) : asked;
}

async function performed(
  { flags, run }: Asked,
  argv: readonly string[],
  context: CommandContext,
): Promise<Reply> {
  try {
    return await run(context);
  } catch (error) {
    await remember(toCliError(error), argv, flags, context);
    throw error;
  }
}

/** Whether these are so many arguments and no flag, so that no parser is needed. */
function arePlain(words: readonly string[], count = 0): boolean {
  return words.length === count && words.every((word) => /^[^-\s]/.test(word));
}

async function rootPage({ talk }: CommandContext): Promise<Answer> {
  const { rootHelp } = await import("./help/root_help.ts");
  return { kind: "answer", text: rootHelp(talk.shown(PROGRAM)), data: rootHelp() };
}

/** Keeps what went wrong for `doctor`, where there is a configuration directory. */
async function remember(
  error: CliError,
  [command = ""]: readonly string[],
  flags: CommonFlags,
  { system }: CommandContext,
): Promise<void> {
  if (error.kind === "usage" || error.kind === "interrupted" || command === "doctor") return;
  const [{ keepFailure }, { hasEnvironmentLogin, loadSettings }] = await Promise.all([
    import("../settings/last_failure.ts"),
    import("../settings/settings.ts"),
  ]);
  try {
    const settings = loadSettings(flags, system);
    const { configDir, profile, profileExists } = settings;
    if (profileExists && !hasEnvironmentLogin(settings)) {
      system.expectWrites();
      keepFailure(configDir, profile, command, error, system.now());
    }
  } catch {
    // settings that cannot be read are what the error is about
  }
}

/** What stands there when no command was typed: on a terminal first how things are, then the help. */
async function greeting(context: CommandContext): Promise<Answer> {
  const page = await rootPage(context);
  if (!context.system.terminal.stdout) return page;
  const { statusInShort } = await import("../commands/status.ts");
  return { ...page, text: words`${await statusInShort(context)}\n\n${page.text}` };
}

/** Whether a flag is set, in any spelling that Stricli takes; `--json=no` is a way to say no. */
function hasFlag(argv: readonly string[], flag: string): boolean {
  const end = argv.indexOf("--");
  const words = argv.slice(0, end < 0 ? argv.length : end).filter((word) => word.startsWith("--"));
  if (words.length === 0) return false; // the usual case, in which no pattern has to be made
  const set = new RegExp(`^--(${flag}|${kebab(flag)})(?!=(?:false|f|no|n|off|0)$)(=|$)`, "i");
  return words.some((word) => set.test(word));
}
