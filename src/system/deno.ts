// The real world. Rule: what is not needed at start-up is loaded from this folder when it is first used.

import type { Needs, System, Trace } from "./contract.ts";
import { SPECIAL_VARIABLES, VARIABLES } from "./needs.ts";
import { writeAll } from "./stream.ts";
import { canDraw, env, ignoredSignals, isContainer, TERMINAL_SIZE } from "./surroundings.ts";

/**
 * The real world. `trace` gets every request and response, with secrets masked; `tell` gets what an impatient
 * user has to know; `show` gets what is waited for, and an empty text when that is over.
 */
export function denoSystem(
  trace: Trace = () => {},
  tell: (text: string) => void = () => {},
  show: (text: string) => void = () => {},
): System {
  let interrupted: AbortSignal | undefined;
  return {
    platform: Deno.build.os,
    restrict,
    env,
    absolutePath: (path) => /^([/\\]|[A-Za-z]:)/.test(path) ? path : `${Deno.cwd()}/${path}`,
    now: () => Date.now(),
    monotonic: () => performance.now(),
    sleep: async (time, signal) => (await import("./sleep.ts")).sleep(time, signal),
    terminal: {
      stdin: Deno.stdin.isTerminal(),
      stdout: Deno.stdout.isTerminal(),
      stderr: Deno.stderr.isTerminal(),
      get canDraw() {
        return canDraw();
      },
      readLine: async (prompt) => (await import("./terminal.ts")).readLine(prompt),
      readPipe: async (signal) => (await import("./terminal.ts")).readPipe(signal),
      ask: async (question) => (await import("./question.ts")).ask(question),
      ...TERMINAL_SIZE,
    },
    write: (stream, data) => writeAll(Deno[stream], bytesOf(data)),
    input: () => Deno.stdin.readable,
    fetch: async (request) => (await requests()).fetchPatiently(request, trace, show),
    fetchStream: async (request) => (await requests()).streamPatiently(request, trace, show),
    waiting: async (what, limit) => (await import("./waiting.ts")).waiting(what, limit, show),
    assertReachable: async (url) => (await import("./http.ts")).assertReachable(url),
    peerIssuer: async (hostname, port) =>
      (await import("./peer_issuer.ts")).peerIssuer(hostname, port),
    isContainer,
    serve: async (options) => (await import("./listener.ts")).listen(options, trace),
    run: async (command) => (await import("./program.ts")).runProgram(command),
    runInPlace: async (command, env) =>
      (await import("./program.ts")).runInPlace(command, env, isAtTerminal()),
    openBrowser: async (url) => (await import("./browser.ts")).openBrowser(url),
    interruption: () => interrupted ??= interruption(),
    expectWrites,
    async holdSignals() {
      // a request follows: what it needs is loaded before the last file descriptor may be taken
      const [{ holdSignals }] = await Promise.all([
        import("./signals.ts"),
        requests(),
      ]);
      return holdSignals(tell);
    },
  };
}

const requests = () => import("./patient_http.ts");

function interruption(): AbortSignal {
  const controller = new AbortController();
  void import("./signals.ts").then((signals) => signals.abortOnSignals(controller));
  return controller.signal;
}

function restrict({ network, programs, variables = [], only }: Needs): void {
  if (!network) Deno.permissions.revokeSync({ name: "net" });
  if (!programs) Deno.permissions.revokeSync({ name: "run" });
  for (const variable of SPECIAL_VARIABLES) {
    if (!variables.includes(variable)) Deno.permissions.revokeSync({ name: "env", variable });
  }
  if (only === undefined) return;
  Deno.permissions.revokeSync({ name: "write" });
  Deno.permissions.revokeSync({ name: "sys" });
  for (const variable of VARIABLES) { // ANAPLAN_* cannot be given up in part
    const isRead = only.some((name) => name.startsWith(variable.replace("*", "")));
    if (!isRead) Deno.permissions.revokeSync({ name: "env", variable });
  }
}

let isLimitHeard = false;

/** For good, since Deno writes its own cache until the very end; but at a start it would cost a millisecond. */
function expectWrites(): void {
  if (isLimitHeard || Deno.build.os === "windows") return;
  isLimitHeard = true;
  ignoredSignals(); // before Deno forgets them
  Deno.addSignalListener("SIGXFSZ", () => {}); // heard, it ends nothing
}

/** Whether a terminal sends its keys here; in a pipeline not every stream is the terminal. */
function isAtTerminal(): boolean {
  return [Deno.stdin, Deno.stdout, Deno.stderr].some((stream) => stream.isTerminal());
}

function bytesOf(data: string | Uint8Array): Uint8Array {
  return typeof data === "string" ? new TextEncoder().encode(data) : data;
}
