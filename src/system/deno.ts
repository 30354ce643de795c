// The real world. Rule: what is not needed at start-up is loaded from this folder when it is first used.

import type { Needs, ShowWait, System, Trace } from "./contract.ts";
import { DOCTOR_VARIABLES, SIGN_IN_VARIABLES, VARIABLES } from "./needs.ts";
import { writeAll } from "./stream.ts";
import { canDraw, columns, env, ignoredSignals, rows, screen } from "./surroundings.ts";

let streams: typeof import("./http_stream.ts") | undefined; // an import costs each request its time

/**
 * The real world. `trace` gets every request and response, with secrets masked; `tell` gets what an impatient
 * user has to know; `show` gets what is waited for, and an empty text when that is over.
 */
export function denoSystem(
  trace: Trace = () => {},
  tell: (text: string) => void = () => {},
  show: ShowWait = () => {},
): System {
  let interrupted: AbortSignal | undefined;
  return {
    platform: Deno.build.os,
    restrict,
    env,
    absolutePath: (path) => /^([/\\]|[A-Za-z]:)/.test(path) ? path : `${Deno.cwd()}/${path}`,
    now: () => Date.now(),
    monotonic: () => performance.now(),
    sleep: async (...asked) => (await import("./sleep.ts")).sleep(show, ...asked),
    terminal: terminal(),
    write: (stream, data) => writerTo(stream)(Deno[stream], bytesOf(data)),
    input: () => Deno.stdin.readable,
    fetch: async (request) => (await import("./http.ts")).fetchPatiently(request, trace, show),
    guardedRequest: async (...asked) =>
      (await import("./guarded_request.ts")).guard(...asked, trace, show),
    fetchStream: async (request) =>
      (streams ??= await import("./http_stream.ts")).streamPatiently(request, trace, show),
    waiting: async (...asked) => (await import("./long_wait.ts")).showWait(...asked, show),
    assertReachable: async (url) => (await import("./http_failure.ts")).assertReachable(url),
    peerIssuer: async (...asked) => (await import("./peer_issuer.ts")).peerIssuer(...asked),
    isContainer: async () => (await import("./container.ts")).isContainer(),
    serve: async (options) => (await import("./listener.ts")).listen(options, trace),
    proxying: () => import("./proxying.ts"),
    trace,
    run: async (command) => (await import("./program.ts")).runProgram(command),
    ask: async (...asked) => (await import("./program_output.ts")).ask(...asked),
    runInPlace: async (command, env, hidden) =>
      (await import("./program.ts")).runInPlace(command, env, undefined, hidden),
    openBrowser: async (url) => (await import("./browser.ts")).openBrowser(url),
    interruption: () => interrupted ??= interruption(),
    expectRequest,
    expectWrites,
    holdSignals: async () => (await import("./http.ts")).hold(tell),
  };
}

function interruption(): AbortSignal {
  const controller = new AbortController();
  void import("./signals.ts").then((signals) => signals.abortOnSignals(controller));
  return controller.signal;
}

function terminal(): System["terminal"] {
  return {
    stdin: Deno.stdin.isTerminal(),
    stdout: Deno.stdout.isTerminal(),
    stderr: Deno.stderr.isTerminal(),
    get canDraw() {
      return canDraw();
    },
    readLine: async (prompt) => (await import("./terminal.ts")).readLine(prompt),
    readPipe: async (signal) => (await import("./terminal.ts")).readPipe(signal),
    ask: async (question) => (await import("./question.ts")).ask(question),
    columns,
    rows,
  };
}

function restrict({ network, programs, keys, variables = [], only }: Needs): void {
  if (!network) Deno.permissions.revokeSync({ name: "net" });
  if (!programs && !keys) Deno.permissions.revokeSync({ name: "run" });
  for (const variable of SIGN_IN_VARIABLES) {
    if (!variables.includes(variable)) Deno.permissions.revokeSync({ name: "env", variable });
  }
  if (only === undefined) return;
  Deno.permissions.revokeSync({ name: "write" });
  Deno.permissions.revokeSync({ name: "sys" });
  for (const variable of [...VARIABLES, ...DOCTOR_VARIABLES]) { // ANAPLAN_* cannot be given up in part
    const isRead = only.some((name) => name.startsWith(variable.replace("*", "")));
    if (!isRead) Deno.permissions.revokeSync({ name: "env", variable });
  }
}

/**
 * The first random bytes of a process take some 35 ms of CPU, and a TLS handshake waits for them. Deno makes an
 * elliptic key (and no other) on another thread; the files that a request needs are loaded meanwhile.
 */
function expectRequest(): void {
  void crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
}

/** Never undone, since Deno writes its own cache until the very end; but at a start it would cost a millisecond. */
function expectWrites(): void {
  if (Deno.build.os === "windows") return;
  ignoredSignals(); // before Deno forgets them
  Deno.addSignalListener("SIGXFSZ", () => {}); // heard, it ends nothing
}

function writerTo(stream: "stdout" | "stderr"): typeof writeAll {
  return stream === "stderr" && screen.write || writeAll;
}

function bytesOf(data: string | Uint8Array): Uint8Array {
  return typeof data === "string" ? new TextEncoder().encode(data) : data;
}
