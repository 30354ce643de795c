// The real program in a real terminal: a person types, and sees a screen.
// Rule: the terminal is opened by terminal.py; what is read is the screen, as a person reads it.
import { bareEnvironment } from "./program.ts";
import { screenText } from "./screen.ts";
import { streamText } from "./stream_text.ts";
import { type CommandLine, commandLineOf, PROJECT_DIRECTORY } from "./task_command.ts";

/** How to open the terminal. */
export interface TerminalOptions {
  readonly python: string;
  readonly home: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Where the program starts; the project's directory by default. */
  readonly cwd?: string;
  /** A program that runs ours as its last words, such as a shell with a pipe. */
  readonly wrapper?: readonly string[];
  /** 80 by default. */
  readonly columns?: number;
}

/** How a run in a terminal ended. */
export interface TerminalEnd {
  readonly code: number;
  readonly screen: string;
  /** What `stty -a` said before the program and after it. */
  readonly before: string;
  readonly after: string;
}

/** A terminal in which the program runs. */
export interface Terminal extends AsyncDisposable {
  readonly end: Promise<TerminalEnd>;
  /** Everything that was written, with its control sequences. */
  output(): string;
  screen(): string;
  /** Waits until the output has it, lines as they were written, however long. */
  wrote(pattern: RegExp): Promise<RegExpExecArray>;
  /** Waits until the screen shows it. */
  shows(pattern: RegExp): Promise<RegExpExecArray>;
  type(text: string): Promise<void>;
}

const ROWS = 40;
const SCRIPT = new URL("terminal.py", import.meta.url).pathname;

/** Starts the program in a terminal of its own; disposal hangs up. */
export async function openTerminal(
  argv: readonly string[],
  options: TerminalOptions,
): Promise<Terminal> {
  return await openTerminalOf(await commandLineOf(argv), options);
}

/** Starts any program in a terminal of its own; disposal hangs up. */
export async function openTerminalOf(
  { program, args }: Pick<CommandLine, "program" | "args">,
  { python, home, env = {}, cwd = PROJECT_DIRECTORY, wrapper = [], columns = 80 }: TerminalOptions,
): Promise<Terminal> {
  const report = `${home}/terminal-report.json`;
  const child = new Deno.Command(python, {
    args: [SCRIPT, String(columns), String(ROWS), report, ...wrapper, program, ...args],
    cwd,
    clearEnv: true,
    env: { ...await bareEnvironment(home), TERM: "xterm-256color", ...env },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const keyboard = child.stdin.getWriter();
  const output = streamText(child.stdout);
  const asScreen = (text: string): string => screenText(text, columns);
  const screen = (): string => asScreen(output.text());
  const end = Promise.all([child.status, output.whole]).then(async (): Promise<TerminalEnd> => {
    const { code, before, after } = JSON.parse(await Deno.readTextFile(report));
    return { code, before, after, screen: screen() };
  });
  return {
    end,
    screen,
    output: output.text,
    wrote: (pattern) => output.until(pattern),
    shows: (pattern) => output.until(pattern, asScreen),
    type: (text) => keyboard.write(new TextEncoder().encode(text)),
    async [Symbol.asyncDispose]() {
      await keyboard.close().catch(() => undefined);
      await end.catch(() => undefined);
    },
  };
}
