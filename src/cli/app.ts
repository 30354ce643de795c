// From argv to an exit code: the command is found, loaded and run, and what came out is printed once.
// Rule: nothing is printed or exited anywhere below, no module is loaded before the command's permissions
// are all that is left, and the parser is loaded when there are flags only.

import type { CommandContext, Reply } from "../command.ts";
import { CliError, EXIT_CODES, toCliError } from "../base/errors.ts";
import type { ShowWait, System, Trace } from "../system/contract.ts";
import { commandNamed, orSignIn, VERSION } from "./tree/commands.ts";
import type { ParsedCommand } from "./tree/loading.ts";
import { type Printer, printer } from "./print.ts";

/**
 * Runs one command line and prints its outcome.
 *
 * @param openSystem makes the system; it gets where to report requests, what the user has to know, and waits.
 * @returns the exit code.
 */
export async function run(
  argv: readonly string[],
  openSystem: (trace: Trace, tell: (text: string) => void, show: ShowWait) => System,
): Promise<number> {
  const system = openSystem(
    (line) => out.trace(line),
    (text) => out.insist(text),
    (text) => (terminal.canDraw ? out.progress : out.say)(text),
  );
  const { terminal } = system;
  const isOnTerminal = terminal.stdout || terminal.stderr;
  const layout = isOnTerminal ? (await import("./layout.ts")).layout : undefined;
  // Until the flags are read, and when they cannot be: a look at argv says how to print an error.
  const out: Printer = printer(system, {
    json: hasFlag(argv, "json"),
    quiet: hasFlag(argv, "quiet"),
    verbose: hasFlag(argv, "verbose") || !!system.env("ANAPLAN_AUTH_DEBUG"),
    color: !hasFlag(argv, "no-color") && !system.env("NO_COLOR"),
    carry: hasFlag(argv, "config-dir", "profile") && (await import("./carried.ts")).carry(argv),
  }, layout);
  const isMute = hasFlag(argv, "no-input"); // no user types
  const heard = isMute ? { ...system, terminal: { ...terminal, stdin: false } } : system;
  try {
    return await printOutcome(await replyTo(argv, { system: heard, talk: out }), out, system);
  } catch (error) {
    return await reportError(toCliError(error), argv, out);
  }
}

async function printOutcome(reply: Reply, out: Printer, system: System): Promise<number> {
  try {
    await out.reply(reply);
  } catch (error) {
    if (error instanceof CliError) throw error; // an answer that broke off on its way
    const hasEnough = error instanceof Error && error.name === "BrokenPipe"; // as `| head -1`
    if (hasEnough) return replyCode(reply);
    throw await (await import("./tree/failure.ts")).cannotWrite(error, system);
  }
  return replyCode(reply);
}

async function reportError(
  error: CliError,
  argv: readonly string[],
  out: Printer,
): Promise<number> {
  out.error(
    error.misspelled ? (await import("../base/near_names.ts")).withNearNames(error, argv) : error,
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
  if (isAlone && name === "--version") {
    return { kind: "answer", text: VERSION, data: VERSION };
  }
  const command = commandNamed(name);
  if (command === undefined && /^\w/.test(name)) {
    const { rewrite } = await import("./habits.ts");
    const words = rewrite(argv);
    if (words !== argv) return await replyTo(words, context);
  }
  const needs = commandNamed(name || "status")?.needs ?? {};
  context.system.restrict(isAtTerminal(context) ? orSignIn(needs) : needs);
  const asksHelp = isAlone && (name === "--help" || name === "-h");
  if (asksHelp) return (await import("./help/root_help.ts")).rootPage();
  if (name === "") return await (await import("./help/greeting.ts")).greeting(context);
  if (!name.startsWith("-") && !command?.writesLate) context.system.expectWrites();
  if (command?.sends) context.system.expectRequest();
  if (command?.load !== undefined && arePlain(rest, command.words)) {
    const { load } = command;
    return await performCommand(
      { flags: {}, run: async () => (await load())({}, context, ...rest) },
      argv,
      context,
    );
  }
  const { parse } = await import("./parsing.ts");
  const asked = await parse(argv);
  return "run" in asked ? await performCommand(asked, argv, context) : asked;
}

async function performCommand(
  asked: ParsedCommand,
  argv: readonly string[],
  context: CommandContext,
): Promise<Reply> {
  try {
    return await asked.run(context);
  } catch (error) {
    const after = await import("./tree/failure.ts").catch(() => {}); // the program may be an older one by now
    if (!after) throw error; // which may name a rescued file
    return await after.afterFailure(toCliError(error), argv, asked, context, isAtTerminal(context));
  }
}

/** Whether a person sees everything and can answer. */
function isAtTerminal({ system }: CommandContext): boolean {
  const { stdin, stdout, stderr } = system.terminal;
  return stdin && stdout && stderr && !system.env("CI");
}

/** Whether these are so many arguments and no flag, so that no parser is needed. */
function arePlain(words: readonly string[], count = 0): boolean {
  return words.length === count && words.every((word) => /^[^-\s]/.test(word));
}

/** Whether one of these flags is set, in any spelling that Stricli takes; `--json=no` turns it off. */
function hasFlag(argv: readonly string[], ...flags: string[]): boolean {
  const end = argv.indexOf("--");
  return argv.slice(0, end < 0 ? undefined : end).some((word) => {
    if (!word.startsWith("--")) return false;
    const [name, ...value] = word.slice(2).toLowerCase().split("=");
    const isNamed = flags.some((flag) => name === flag || name === flag.replace("-", ""));
    return isNamed && !/^(false|f|no|n|off|0)$/.test(value.join("="));
  });
}
