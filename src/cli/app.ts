// From argv to an exit code: the command is found, loaded and run, and what came out is printed once.
// Rule: nothing is printed or exited anywhere below, no module is loaded before the command's permissions
// are all that is left, and the parser is loaded when there are flags only.

import type { CommandContext, Reply } from "../command.ts";
import { CliError, EXIT_CODES, toCliError } from "../base/errors.ts";
import type { System, Trace } from "../system/contract.ts";
import { VERSION } from "../base/version.ts";
import { commandNamed } from "./tree/commands.ts";
import type { TreeContext } from "./tree/loading.ts";
import { kebab } from "./tree/parse.ts";
import { type Printer, printer } from "./print.ts";

/** What a run comes to. */
type Outcome = { readonly reply: Reply } | { readonly error: CliError };

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

function replyCode({ outcome: kind, exitCode }: Reply): number {
  if (exitCode !== undefined) return exitCode;
  return kind === undefined ? 0 : EXIT_CODES[kind];
}

async function outcomeOf(argv: readonly string[], context: CommandContext): Promise<Outcome> {
  const [name = "", ...rest] = argv;
  const isAlone = rest.length === 0;
  if (isAlone && name === "--version") return { reply: { text: VERSION, data: VERSION } };
  const command = commandNamed(name);
  context.system.restrict(command?.needs ?? {});
  if (name === "") {
    return await settled(async () => (await import("./help/greeting.ts")).greeting(context));
  }
  if (isAlone && (name === "--help" || name === "-h")) return await settled(rootPage);
  if (!name.startsWith("-") && !command?.writesLate) context.system.expectWrites();
  let outcome: Outcome | undefined;
  const perform: TreeContext["perform"] = async (load, flags, args) => {
    outcome = await settled(async () => await (await load())(flags, context, ...args));
    if ("error" in outcome) {
      const { rememberFailure } = await import("../settings/last_failure.ts");
      rememberFailure(outcome.error, name, flags, context.system);
    }
  };
  if (command?.sends) context.system.expectRequest();
  const isPlain = rest.length === (command?.words ?? 0) &&
    !rest.some((word) => /^(-|\s|$)/.test(word));
  if (isPlain && command?.load !== undefined) { // no flag, so no parser is needed
    await perform(command.load, {}, rest);
    if (outcome !== undefined) return outcome;
  }
  const answered = await settled(async () => {
    const { parse } = await import("./parsing.ts");
    return await parse(argv, perform) ?? { text: "", data: "" };
  });
  return outcome ?? answered;
}

async function rootPage(): Promise<Reply> {
  const text = (await import("./help/root_help.ts")).rootHelp();
  return { text, data: text };
}

async function settled(work: () => Promise<Reply>): Promise<Outcome> {
  try {
    return { reply: await work() };
  } catch (error) {
    return { error: toCliError(error) };
  }
}

/** Whether a flag is set, in any spelling that Stricli takes; `--json=no` is a way to say no. */
function hasFlag(argv: readonly string[], flag: string): boolean {
  const end = argv.indexOf("--");
  const words = argv.slice(0, end < 0 ? argv.length : end).filter((word) => word.startsWith("--"));
  if (words.length === 0) return false; // the usual case, in which no pattern has to be made
  const set = new RegExp(`^--(${flag}|${kebab(flag)})(?!=(?:false|f|no|n|off|0)$)(=|$)`, "i");
  return words.some((word) => set.test(word));
}
