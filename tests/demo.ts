// A whole sign-in against the sandbox, without a browser: `deno task demo`. Rule: it shows what you would type and
// what is answered, and leaves nothing behind. `ANAPLAN_AUTH_BIN` names an executable that is shown instead.

import { loadingLine } from "./sandbox/loading.ts";
import { makeProfile } from "./sandbox/profile.ts";

const isInteractive = Deno.args.includes("--interactive");
const ROOT = new URL("../", import.meta.url).pathname;
const EXECUTABLE = Deno.env.get("ANAPLAN_AUTH_BIN");
const COMMANDS = ["login", "whoami", "refresh", "logout"];

let running: Deno.ChildProcess | undefined;

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text + "\n"));
}

/** Runs one command as you would, with its output where yours would be; gives its exit code. */
async function type(args: readonly string[], env: Record<string, string>): Promise<number> {
  say(`\n$ ${EXECUTABLE === undefined ? "deno task" : "anaplan-auth"} ${args.join(" ")}`);
  running = new Deno.Command(EXECUTABLE ?? Deno.execPath(), {
    args: EXECUTABLE === undefined ? ["task", "--quiet", ...args] : [...args],
    cwd: ROOT,
    env,
    stdin: isInteractive ? "inherit" : "null",
  }).spawn();
  const { code } = await running.status;
  running = undefined;
  return code;
}

/** Any port: a program of yours may use 8443. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function demo(configDir: string): Promise<number> {
  await using sandbox = await startSandbox({ signIn: isInteractive ? "page" : "automatic" });
  const redirectUri = `https://127.0.0.1:${freePort()}/callback`;
  sandbox.allowRedirectUri(redirectUri);
  const browser = `'${Deno.execPath()}' run -A --quiet '${ROOT}tests/support/scripted_browser.ts'`;
  const env = {
    ANAPLAN_AUTH_CONFIG_DIR: configDir,
    ...(isInteractive ? {} : { BROWSER: browser }),
  };
  await using profile = await makeProfile(sandbox, { redirectUri, env });
  line[Symbol.dispose]();
  say(
    `A sign-in to the sandbox, which simulates Anaplan on this computer.\n` +
      (isInteractive
        ? "Your browser warns twice: about the sandbox and about the listener.\nBoth are on this computer."
        : "A scripted browser does what you would do in yours."),
  );
  for (const command of COMMANDS) {
    const code = await type([command, "--profile", profile.name], env);
    if (code !== 0) return code;
  }
  say("\nThat was all. Nothing of it is left on this computer.");
  return 0;
}

const line = loadingLine();
const { startSandbox } = await import("./sandbox/sandbox.ts");
// A signal ends the command that runs, and then the demo takes away what it made. Ctrl-C reaches both by itself.
Deno.addSignalListener("SIGINT", () => {});
if (Deno.build.os !== "windows") {
  for (const signal of ["SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => running?.kill("SIGTERM"));
  }
}
const configDir = await Deno.makeTempDir({ prefix: "anaplan-auth-demo-" });
try {
  Deno.exitCode = await demo(configDir);
} finally {
  await Deno.remove(configDir, { recursive: true });
}
Deno.exit(); // the listeners for signals would keep it running
