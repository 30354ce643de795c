// The one door to the world. Rule: code above this file asks a slice of System and never names `Deno`;
// what is not needed at start-up is loaded from src/system/ when it is first used.

import { type Needs, SPECIAL_VARIABLES } from "./needs.ts";

/** A request that is answered whole: the body is read before the promise resolves. */
export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** PEM texts of certificate authorities that are trusted besides the built-in ones. */
  readonly caCertificates?: readonly string[];
  /** In milliseconds, for the whole exchange; 20 seconds when not given. */
  readonly timeout?: number;
}

/** Where and how to listen for the authorization response. */
export interface ListenOptions {
  readonly hostname: string;
  readonly port: number;
  /** PEM texts; without them the listener speaks plain HTTP. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  readonly handle: (request: Request) => Promise<Response>;
}

/** An open listener, or why there is none. */
export type Listening =
  | { readonly kind: "open"; readonly port: number; close(): Promise<void> }
  | { readonly kind: "taken" | "refused" | "unsupported" };

/** What is drawn around a line that a person types. */
export interface LinePrompt {
  /** Stands on the line above and is drawn again every second. */
  readonly above?: () => string;
  readonly prompt: string;
  /** Ends the wait; the promise is then rejected with its reason. */
  readonly signal: AbortSignal;
}

/** A question with its answer's default; `hidden` shows no typed character. */
export interface Question {
  readonly text: string;
  readonly hidden?: boolean;
  readonly initial?: string;
  readonly required?: boolean;
}

/** The person's side: which streams are terminals, and what they type. */
export interface Terminal {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  /** Reads one line from a terminal; leaves the terminal as it was. */
  readLine(prompt: LinePrompt): Promise<string>;
  /** Reads the first line of stdin when that is a pipe or a file; `undefined` when it has ended. */
  readPipe(signal: AbortSignal): Promise<string | undefined>;
  /** Asks one question; for terminals only. */
  ask(question: Question): Promise<string>;
}

/** Everything that the program does to the world outside. */
export interface System {
  readonly platform: typeof Deno.build.os;
  /** Gives up, for good, every permission that is not needed. */
  restrict(needs: Needs): void;
  env(name: string): string | undefined;
  /** The path as seen from the root; one that is so already stays as it is. */
  absolutePath(path: string): string;
  now(): number;
  /** Resolves after so many milliseconds; rejected with the signal's reason when that comes first. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  readonly terminal: Terminal;
  /** Writes the whole text. @throws {BrokenPipe} when nobody reads any more. */
  write(stream: "stdout" | "stderr", text: string): void;
  /** @throws {CliError} `unavailable` when no answer came, `usage` for a host that is not permitted. */
  fetch(request: HttpRequest): Promise<Response>;
  /** Who signed the certificate that a host shows; `undefined` when that cannot be seen. */
  peerIssuer(hostname: string, port: number): Promise<string | undefined>;
  /** Whether this runs in a container, as far as one can tell. */
  isContainer(): boolean;
  /** @throws {CliError} `usage` when the program may not reach the URL's host. */
  assertReachable(url: string): Promise<void>;
  serve(options: ListenOptions): Promise<Listening>;
  /** Runs a program with this terminal; its exit code, or `undefined` when it could not be started. */
  run(command: readonly string[]): Promise<number | undefined>;
  /** Opens the person's browser; false when none could be started. */
  openBrowser(url: string): Promise<boolean>;
  /** Aborted with a CliError of kind `interrupted` by SIGINT and SIGTERM, from the first call on. */
  interruption(): AbortSignal;
  /** Makes SIGINT and SIGTERM wait until it is disposed of, and then end the program. */
  holdSignals(): Promise<Disposable>;
}

/** The real world. `trace` is told of every request and response, with secrets masked. */
export function denoSystem(trace: (text: string) => void = () => {}): System {
  let interruption: AbortController | undefined;
  return {
    platform: Deno.build.os,
    restrict,
    env: (name) => Deno.env.get(name) || undefined, // an empty variable is an unset one
    absolutePath: (path) => /^([/\\]|[A-Za-z]:)/.test(path) ? path : `${Deno.cwd()}/${path}`,
    now: () => Date.now(),
    sleep,
    terminal: {
      stdin: Deno.stdin.isTerminal(),
      stdout: Deno.stdout.isTerminal(),
      stderr: Deno.stderr.isTerminal(),
      readLine: async (prompt) => (await import("./system/terminal.ts")).readLine(prompt),
      readPipe: async (signal) => (await import("./system/terminal.ts")).readPipe(signal),
      ask: async (question) => (await import("./system/terminal.ts")).ask(question),
    },
    write: (stream, text) => writeAll(Deno[stream], new TextEncoder().encode(text)),
    fetch: async (request) => (await import("./system/http.ts")).fetchWhole(request, trace),
    assertReachable: async (url) => (await import("./system/http.ts")).assertReachable(url),
    peerIssuer: async (hostname, port) =>
      (await import("./system/peer_issuer.ts")).peerIssuer(hostname, port),
    isContainer,
    serve: async (options) => (await import("./system/listener.ts")).listen(options, trace),
    run: async (command) => (await import("./system/program.ts")).runProgram(command),
    openBrowser: async (url) => (await import("./system/browser.ts")).openBrowser(url),
    interruption() {
      if (interruption === undefined) {
        const controller = interruption = new AbortController();
        void import("./system/signals.ts").then((signals) => signals.abortOnSignals(controller));
      }
      return interruption.signal;
    },
    holdSignals: async () => (await import("./system/signals.ts")).holdSignals(),
  };
}

function restrict({ network, programs, variables = [] }: Needs): void {
  if (!network) Deno.permissions.revokeSync({ name: "net" });
  if (!programs) Deno.permissions.revokeSync({ name: "run" });
  for (const variable of SPECIAL_VARIABLES) {
    if (!variables.includes(variable)) Deno.permissions.revokeSync({ name: "env", variable });
  }
}

function isContainer(): boolean {
  if (Deno.env.get("container") || Deno.env.get("KUBERNETES_SERVICE_HOST")) return true;
  return ["/.dockerenv", "/run/.containerenv"].some((path) => {
    try {
      return Deno.lstatSync(path).isFile;
    } catch {
      return false;
    }
  });
}

function writeAll(stream: typeof Deno.stdout, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) {
    written += stream.writeSync(bytes.subarray(written));
  }
}

function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
