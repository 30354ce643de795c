// The newcomer's first minute: a whole sign-in against the sandbox. Rule: it runs the real tasks as child
// processes, shows what is typed and what is answered, and leaves nothing behind. `ANAPLAN_AUTH_BIN` names
// an executable that is shown instead.

import { type Sandbox, startSandbox } from "./sandbox/sandbox.ts";

const isInteractive = Deno.args.includes("--interactive");
const ROOT = new URL("../", import.meta.url).pathname;

function tell(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
}

/** Runs one task as a person would, with the output where theirs would be; gives its exit code. */
async function typed(
  args: readonly string[],
  environment: Record<string, string>,
): Promise<number> {
  const executable = Deno.env.get("ANAPLAN_AUTH_BIN");
  tell(`\n$ ${executable === undefined ? "deno task" : "anaplan-auth"} ${shown(args)}`);
  const child = new Deno.Command(executable ?? Deno.execPath(), {
    args: executable === undefined ? ["task", "--quiet", ...args] : [...args],
    cwd: ROOT,
    env: environment,
    stdin: isInteractive ? "inherit" : "null",
  }).spawn();
  return (await child.status).code;
}

/** The command with one flag a line, when it has many. */
function shown(args: readonly string[]): string {
  return args.length < 5 ? args.join(" ") : args.join(" ").replaceAll(" --", " \\\n    --");
}

function loginFlags(sandbox: Sandbox, redirectUri: string): string[] {
  const { endpoints } = sandbox;
  return [
    ...["--client-id", sandbox.clients.rotating.clientId],
    ...["--redirect-uri", redirectUri],
    ...["--ca-file", sandbox.caFile],
    ...["--authorization-endpoint", endpoints.authorization],
    ...["--token-endpoint", endpoints.token],
    ...["--api-url", endpoints.apiUrl],
    ...["--auth-url", endpoints.authUrl],
  ];
}

/** 8443 as at home, or any other port when something is using that. */
function freePort(): number {
  for (const port of [8443, 0]) {
    try {
      using listener = Deno.listen({ hostname: "127.0.0.1", port });
      return listener.addr.port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Error("no port is free");
}

async function demo(configDir: string): Promise<number> {
  await using sandbox = await startSandbox({ signIn: isInteractive ? "page" : "automatic" });
  const redirectUri = `https://127.0.0.1:${freePort()}/callback`;
  sandbox.allowRedirectUri(redirectUri);
  const browser = `'${Deno.execPath()}' run -A --quiet '${ROOT}tests/support/scripted_browser.ts'`;
  const environment = {
    ANAPLAN_AUTH_CONFIG_DIR: configDir,
    ANAPLAN_CLIENT_SECRET: sandbox.clients.rotating.clientSecret,
    ...(isInteractive ? {} : { BROWSER: browser }),
  };
  tell(
    `A sign-in against the sandbox, which is Anaplan in a box at ${sandbox.origin}.\n` +
      (isInteractive
        ? "Your browser warns twice: about the sandbox and about the listener. Both are on this computer."
        : "A scripted browser does what you would do in yours."),
  );
  const commands = [
    ["login", ...loginFlags(sandbox, redirectUri)],
    ["whoami"],
    ["refresh"],
    ["status"],
    ["logout"],
  ];
  for (const command of commands) {
    const code = await typed(command, environment);
    if (code !== 0) return code;
  }
  tell("\nThat was all of it; nothing was left on this computer.");
  return 0;
}

const configDir = await Deno.makeTempDir({ prefix: "anaplan-auth-demo-" });
try {
  Deno.exitCode = await demo(configDir);
} finally {
  await Deno.remove(configDir, { recursive: true });
}
