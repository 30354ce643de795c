// The real program as a child process, and what it prints while it runs.
// Rule: its environment is what the test says and nothing of the machine's but PATH and Deno's cache.
import { streamText } from "./stream_text.ts";
import { commandLineOf, PROJECT_DIRECTORY, taskCommandLine } from "./task_command.ts";

/** How to run the program. */
export interface ProgramOptions {
  /** The user's home directory; the program keeps its files in there. */
  readonly home: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What is on stdin, or `open` for a pipe that is written to later; nothing by default. */
  readonly stdin?: string | { readonly open: true };
  /** As `deno task` runs it, which says in its answers how it was typed; not so by default. */
  readonly asTask?: boolean;
  /** Another executable than the one under test. */
  readonly executable?: string;
  /** A program that runs ours as its last words, such as `nohup`. */
  readonly wrapper?: readonly string[];
}

/** How a run ended. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

/** A program that runs. */
export interface Program extends AsyncDisposable {
  readonly pid: number;
  readonly outcome: Promise<Outcome>;
  /** Waits until stderr has it; rejected when the program ends without. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
  /** The same for stdout. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  write(text: string): Promise<void>;
  signal(signal: Deno.Signal): void;
}

/** Runs the program to its end. */
export async function runProgram(
  argv: readonly string[],
  options: ProgramOptions,
): Promise<Outcome> {
  await using program = await startProgram(argv, options);
  return await program.outcome;
}

/** Starts the program; disposal kills it if it still runs. */
export async function startProgram(
  argv: readonly string[],
  { home, env = {}, stdin, asTask = false, executable, wrapper = [] }: ProgramOptions,
): Promise<Program> {
  const { program, args, env: taskEnv } = executable === undefined
    ? await (asTask ? taskCommandLine : commandLineOf)(argv)
    : { program: executable, args: argv, env: {} };
  const [first = program, ...rest] = [...wrapper, program, ...args];
  const started = performance.now();
  const child = new Deno.Command(first, {
    args: rest,
    cwd: PROJECT_DIRECTORY,
    clearEnv: true,
    env: { ...await bareEnvironment(home), ...(asTask ? taskEnv : {}), ...env },
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = stdin === undefined ? undefined : child.stdin.getWriter();
  const write = async (text: string): Promise<void> => {
    await writer?.write(new TextEncoder().encode(text));
  };
  const close = (): Promise<void> | undefined => writer?.close().catch(() => undefined);
  if (typeof stdin === "string") {
    await write(stdin).catch(() => undefined); // a program that is over already reads nothing
    await close();
  }
  const stdout = streamText(child.stdout);
  const stderr = streamText(child.stderr);
  const outcome = Promise.all([child.status, stdout.whole, stderr.whole])
    .then(([{ code }, out, err]): Outcome => {
      return { code, stdout: out, stderr: err, milliseconds: performance.now() - started };
    });
  return {
    pid: child.pid,
    outcome,
    said: (pattern) => stderr.until(pattern),
    printed: (pattern) => stdout.until(pattern),
    write,
    signal: (signal) => child.kill(signal),
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch {
        // it is over
      }
      if (typeof stdin === "object") await close();
      await outcome;
    },
  };
}

/** The environment of a machine with no settings. */
export async function bareEnvironment(home: string): Promise<Record<string, string>> {
  const kept = ["PATH", "SystemRoot", "SystemDrive"].map((
    name,
  ) => [name, Deno.env.get(name) ?? ""]);
  return {
    ...Object.fromEntries(kept.filter(([, value]) => value !== "")),
    DENO_DIR: await denoDirectory(),
    DENO_NO_UPDATE_CHECK: "1",
    HOME: home,
    APPDATA: `${home}/.config`,
    TZ: "UTC",
    BROWSER: "true", // a browser that opens nothing: the test is the user
  };
}

let cache: Promise<string> | undefined;

/** Where Deno keeps what it has downloaded; it follows HOME, which every test has its own of. */
function denoDirectory(): Promise<string> {
  cache ??= new Deno.Command(Deno.execPath(), { args: ["info", "--json"], stderr: "null" })
    .output().then(({ stdout }) => JSON.parse(new TextDecoder().decode(stdout)).denoDir);
  return cache;
}
