// Runs the sandbox by itself, with a profile that leads to it: `deno task sandbox`.
// Rule: however it is asked to end, it takes away what it made.
import type { Sandbox, SandboxOptions } from "./contract.ts";
import { loadingLine } from "./loading.ts";
import { makeProfile, type SandboxProfile } from "./profile.ts";

const USAGE = "deno task sandbox [--port N] [--automatic]";
const DEFAULT_PORT = 9443;

async function run(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options === undefined) {
    return fail(`Cannot start the sandbox: unknown argument\nNext: ${USAGE}`);
  }
  using line = loadingLine();
  const failed = (lines: string): number => {
    line[Symbol.dispose](); // what it clears is above the cursor now
    return fail(lines);
  };
  const { startSandbox } = await import("./sandbox.ts");
  const isInterrupted = interruption(); // from here on there is something to take away
  await using sandbox = await start(() => startSandbox(options));
  if (sandbox === undefined) {
    const { port = DEFAULT_PORT } = options;
    const next = `deno task sandbox --port ${port < 65535 ? port + 1 : DEFAULT_PORT}`;
    return failed(`Cannot start the sandbox: port ${port} is in use\nNext: ${next}`);
  }
  try {
    await using profile = await makeProfile(sandbox);
    line[Symbol.dispose]();
    print(invitation(sandbox, profile));
    await isInterrupted;
    print("\nThe sandbox has ended.\n"); // below the ^C of a terminal
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
  return 0;
}

/** Undefined when there is something in the arguments that the sandbox does not know. */
function readOptions(args: readonly string[]): SandboxOptions | undefined {
  const options: SandboxOptions = { port: DEFAULT_PORT, signIn: "page" };
  const words = args.flatMap((arg) => arg.startsWith("--port=") ? ["--port", arg.slice(7)] : [arg]);
  while (words.length > 0) {
    const word = words.shift();
    if (word === "--automatic") options.signIn = "automatic";
    else if (word === "--port" && /^\d{1,5}$/.test(words[0] ?? "")) {
      options.port = Number(words.shift());
    } else return undefined;
  }
  return (options.port ?? 0) <= 65535 ? options : undefined;
}

/** Undefined when the port is taken. */
async function start(begin: () => Promise<Sandbox>): Promise<Sandbox | undefined> {
  try {
    return await begin();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") return undefined;
    throw error;
  }
}

function invitation({ origin }: Sandbox, { name }: SandboxProfile): string {
  const taken = name === "sandbox"
    ? ""
    : `You have a profile sandbox that is not the sandbox's own,\nso this one is called ${name}.\n`;
  return `The sandbox simulates Anaplan at ${origin}.
Ctrl-C ends it and removes its profile.
${taken}
In another terminal: deno task login --profile ${name}
`;
}

/** Resolves with the first signal that ends a program; later ones change nothing. */
function interruption(): Promise<void> {
  const signals: Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT"]
    : ["SIGINT", "SIGTERM", "SIGHUP"];
  return new Promise((resolve) => {
    for (const signal of signals) Deno.addSignalListener(signal, () => resolve());
  });
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

function fail(lines: string): number {
  Deno.stderr.writeSync(new TextEncoder().encode(`${lines}\n`));
  return 2;
}

if (import.meta.main) Deno.exit(await run(Deno.args));
