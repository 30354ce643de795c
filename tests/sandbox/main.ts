// Runs the sandbox by itself, for a person to sign in to: `deno task sandbox`.
// Rule: what it prints can be copied into a shell as it stands.
import { type Sandbox, type SandboxOptions, startSandbox } from "./sandbox.ts";

const USAGE = "deno task sandbox [--port N] [--automatic]";
const DEFAULT_PORT = 9443;

async function run(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options === undefined) return fail("Cannot start the sandbox: unknown argument", USAGE);
  const sandbox = await start(options);
  if (sandbox === undefined) {
    const { port = DEFAULT_PORT } = options;
    return fail(
      `Cannot start the sandbox: port ${port} is in use`,
      `deno task sandbox --port ${port < 65535 ? port + 1 : DEFAULT_PORT}`,
    );
  }
  await using running = sandbox;
  print(invitation(running));
  await interruption();
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
async function start(options: SandboxOptions): Promise<Sandbox | undefined> {
  try {
    return await startSandbox(options);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") return undefined;
    throw error;
  }
}

function invitation({ origin, caFile, clients, endpoints }: Sandbox): string {
  const { clientId, clientSecret } = clients.rotating;
  return `The sandbox is Anaplan in a box at ${origin}. Ctrl-C ends it.

Sign in to it from another terminal:
  ANAPLAN_CLIENT_SECRET=${clientSecret} deno task --quiet login --profile sandbox \\
    --client-id ${clientId} --ca-file ${quote(caFile)} \\
    --authorization-endpoint ${endpoints.authorization} \\
    --token-endpoint ${endpoints.token} \\
    --device-endpoint ${endpoints.device} \\
    --api-url ${endpoints.apiUrl} --auth-url ${endpoints.authUrl}
  deno task --quiet whoami --profile sandbox
`;
}

function quote(path: string): string {
  return /^[\w/.:-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

function interruption(): Promise<void> {
  // Windows knows no SIGTERM.
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  return new Promise((resolve) => {
    for (const signal of signals) Deno.addSignalListener(signal, () => resolve());
  });
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

function fail(what: string, next: string): number {
  Deno.stderr.writeSync(new TextEncoder().encode(`${what}\nNext: ${next}\n`));
  return 2;
}

if (import.meta.main) Deno.exit(await run(Deno.args));
