// The command line of a task, as deno.json has it.
// Rule: nothing but the program's name is replaced, so that tests run under the real permissions.
import { splitWords } from "./words.ts";

const ROOT = new URL("../../", import.meta.url);

/** What to start: a program and its arguments. */
export interface CommandLine {
  readonly program: string;
  readonly args: readonly string[];
  /** What the task sets for its program. */
  readonly env: Readonly<Record<string, string>>;
}

/** Where tasks are run. */
export const PROJECT_DIRECTORY = Deno.build.os === "windows"
  ? ROOT.pathname.slice(1)
  : decodeURIComponent(ROOT.pathname);

/**
 * The command line for these arguments: the task of the command with the rest behind it. What has no
 * task (no command, a flag, a name that means nothing) runs under the permissions of `help`.
 *
 * `ANAPLAN_AUTH_BIN` names another executable to test, such as a compiled one.
 */
export async function commandLineOf(argv: readonly string[]): Promise<CommandLine> {
  const executable = Deno.env.get("ANAPLAN_AUTH_BIN");
  if (executable) return { program: executable, args: argv, env: {} };
  const [name = "", ...rest] = argv;
  const tasks = await readTasks();
  const own = tasks.get(name);
  if (own !== undefined) return { ...own, args: [...own.args, ...rest] };
  const help = tasks.get("help");
  if (help === undefined) throw new Error("deno.json has no task `help`");
  return { ...help, args: [...help.args.slice(0, -1), ...argv] };
}

/** The command line of a task, as `deno task` would run it. */
export async function taskCommandLine([name = "", ...rest]: readonly string[]): Promise<
  CommandLine
> {
  const task = (await readTasks()).get(name);
  if (task === undefined) throw new Error(`deno.json has no task ${name} that runs the program`);
  return { ...task, args: [...task.args, ...rest] };
}

/**
 * The arguments with which a task runs `main.ts`, for other code in its place: whatever directory that is
 * in, it gets the permissions of the task.
 */
export async function taskFlags(name: string): Promise<string[]> {
  const { args } = await taskCommandLine([name]);
  return [...args.slice(0, args.indexOf("main.ts")), "--config", `${PROJECT_DIRECTORY}deno.json`];
}

/** The tasks that run the program, by command. */
async function readTasks(): Promise<ReadonlyMap<string, CommandLine>> {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const commands = Object.entries(tasks as Record<string, { readonly command: string }>)
    .filter(([name, { command }]) => command.endsWith(` main.ts ${name}`))
    .map(([name, { command }]) => [name, parseTask(splitWords(command))] as const);
  return new Map(commands);
}

function parseTask(words: readonly string[]): CommandLine {
  const at = words.indexOf("deno");
  const assignments = words.slice(0, at).map((word) => /^(\w+)=(.*)$/.exec(word));
  const env = Object.fromEntries(assignments.map((found) => [found?.[1] ?? "", found?.[2] ?? ""]));
  return { program: Deno.execPath(), args: words.slice(at + 1), env };
}
