// From argv to an exit code: the command is found, loaded and run, and what came out is printed once.
// Rule: nothing is printed or exited anywhere below, no module is loaded before the command's permissions
// are all that is left, and the parser is loaded when there are flags only.

import type { Answer, CommandContext, Reply } from "../command.ts";
import { PROGRAM, words } from "../base/advice.ts";
import { CliError, EXIT_CODES, toCliError } from "../base/errors.ts";
import type { System, Trace } from "../system/contract.ts";
import { VERSION } from "../base/version.ts";
import { commandNamed, needsOf } from "./tree/commands.ts";
import type { Asked } from "./tree/loading.ts";
import { kebab } from "../base/text.ts";
import { type Printer, printer } from "./print.ts";

/** What a run comes to. */
type Outcome = { readonly reply: Reply } | { readonly error: CliError };

/**
 * Runs one command line and prints its outcome.
 *
 * @param openSystem makes the system; it gets where to report requests, what the user has to know, and waits.
 * @returns the exit code.
 */
export async function run(
  argv: readonly string[],
  openSystem: (
    trace: Trace,
    tell: (text: string) => void,
    show: (text: string) => void,
  ) => System,
): Promise<number> {
  const system = openSystem(
    (line) => out.trace(line),
    (text) => out.insist(text),
    (text) => out.wait(text),
  );
  // Until the flags are read, and when they cannot be: a look at argv says how to print an error.
  const out: Printer = printer(system, {
    json: hasFlag(argv, "json"),
    quiet: hasFlag(argv, "quiet"),
    verbose: hasFlag(argv, "verbose") || system.env("ANAPLAN_AUTH_DEBUG") !== undefined,
    color: !hasFlag(argv, "noColor") && system.env("NO_COLOR") === undefined,
  });
  const context = { system, talk: out };
  if (!hasFlag(argv, "noInput")) return await printed(await outcomeOf(argv, context), out);
  const terminal = { ...system.terminal, stdin: false }; // nobody types
  const mute = { ...context, system: { ...system, terminal } };
  return await printed(await outcomeOf(argv, mute), out);
}

async function printed(outcome: Outcome, out: Printer): Promise<number> {
  if ("error" in outcome) return await told(outcome.error, out);
  try {
    await out.reply(outcome.reply);
  } catch (error) {
    if (error instanceof CliError) return await told(error, out); // an answer that broke off on its way
    const hasEnough = error instanceof Error && error.name === "BrokenPipe"; // as `| head -1`
    if (hasEnough) return replyCode(outcome.reply);
    const reason = error instanceof Error ? error.message : String(error);
    const cannotWrite = new CliError("storage", `Cannot write the answer: ${reason}`, {
      next: "check where the output goes (a full disk?), then run the command again",
    });
    return await told(cannotWrite, out);
  }
  return replyCode(outcome.reply);
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

async function outcomeOf(argv: readonly string[], context: CommandContext): Promise<Outcome> {
  const [name = "", ...rest] = argv;
  const isAlone = rest.length === 0;
  if (isAlone && name === "--version") {
    return { reply: { kind: "answer", text: VERSION, data: VERSION } };
  }
  const command = commandNamed(name);
  context.system.restrict(needsOf(command, isAtTerminal(context)));
  if (name === "") return await settled(() => greeting(context));
  if (isAlone && (name === "--help" || name === "-h")) {
    return await settled(() => rootPage(context));
  }
  if (!name.startsWith("-") && !command?.writesLate) context.system.expectWrites();
  if (isAlone && command?.load !== undefined) {
    const { load } = command;
    const run = async (): Promise<Reply> => await (await load())({}, context);
    return await performed({ flags: {}, run }, argv, context);
  }
  try {
    const { parse } = await import("./parsing.ts");
    const asked = await parse(argv);
    return "run" in asked ? await performed(asked, argv, context) : { reply: asked };
  } catch (error) {
    return { error: toCliError(error) };
  }
}

async function performed(
  asked: Asked,
  argv: readonly string[],
  context: CommandContext,
): Promise<Outcome> {
  const outcome = await settled(() => asked.run(context));
  if (!("error" in outcome)) return outcome;
  const { afterFailure } = await import("./failure.ts");
  return await settled(() =>
    afterFailure(outcome.error, argv, asked, context, isAtTerminal(context))
  );
}

/** Whether a person sees everything and can answer. */
function isAtTerminal({ system }: CommandContext): boolean {
  const { stdin, stdout, stderr } = system.terminal;
  return stdin && stdout && stderr && system.env("CI") === undefined;
}

async function rootPage({ talk }: CommandContext): Promise<Answer> {
  const { rootHelp } = await import("./help/root_help.ts");
  return { kind: "answer", text: rootHelp(talk.shown(PROGRAM)), data: rootHelp() };
}

async function settled(work: () => Promise<Reply>): Promise<Outcome> {
  try {
    return { reply: await work() };
  } catch (error) {
    return { error: toCliError(error) };
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
