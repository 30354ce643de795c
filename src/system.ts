// The one door to the world. Rule: code above this file asks a slice of System and never names `Deno`;
// what is not needed at start-up is loaded from src/system/ when it is first used.

import { type Needs, SPECIAL_VARIABLES, VARIABLES } from "./needs.ts";
import { writeAll } from "./system/stream.ts";

/** A request that is answered whole: the body is read before the promise resolves. */
export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** PEM texts of certificate authorities that are trusted besides the built-in ones. */
  readonly caCertificates?: readonly string[];
  /** How long nothing may come, in milliseconds; 20 seconds when not given. The whole may take twice that. */
  readonly timeout?: number;
  /** Whether a failure is to hold what came of the answer; see {@link CliError.arrived}. */
  readonly keepsWhatArrived?: boolean;
}

/** A request whose body and answer flow, so that they may be of any length. */
export interface StreamRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array<ArrayBuffer>>;
  /** PEM texts of certificate authorities that are trusted besides the built-in ones. */
  readonly caCertificates?: readonly string[];
  /** How long nothing may move, in milliseconds; two minutes when not given. */
  readonly longestSilence?: number;
  /** Ends the request; its reason is then thrown. */
  readonly signal?: AbortSignal;
}

/** An answer whose body is still on its way; it has to be disposed of, and may be so twice. */
export interface StreamResponse extends AsyncDisposable {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  /** Can be read once. */
  readonly body: AsyncIterable<Uint8Array>;
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

/** Why a program did not run. */
export type NotRun = "not found" | "not executable";

/** What is drawn around a line that a person types. */
export interface LinePrompt {
  /** Stands on the line above and is drawn again every second; is told how many columns it has. */
  readonly above?: (columns: number) => string;
  readonly prompt: string;
  /** Ends the wait; the promise is then rejected with its reason. */
  readonly signal: AbortSignal;
}

/** One of several answers to choose from. */
export interface Choice {
  readonly value: string;
  readonly note: string;
}

/** A question and its answer, as they stand on the screen. */
export interface Answered {
  readonly text: string;
  readonly shown: string;
}

/** A question to a person; every one of them can be left backwards. */
export interface Question {
  /** What was asked and answered before it; stands above it. */
  readonly above?: readonly Answered[];
  /** It is about what is above, which is said again where it does not stay in sight. */
  readonly recap?: boolean;
  readonly text: string;
  /** Stands under it while it is asked. */
  readonly hint?: string;
  /** The answer that Enter alone gives. */
  readonly initial?: string;
  /** Shows no typed character. */
  readonly hidden?: boolean;
  /** What can be chosen; typing searches. */
  readonly choices?: readonly Choice[];
  /** Whether another answer than the choices may be typed. */
  readonly open?: boolean;
  /** What keeps an answer from being one, in words. */
  readonly problem?: (answer: string) => string | undefined;
  /** The answer as it stays on the screen, below what is above; without it, nothing stays. */
  readonly shown?: (answer: string) => string | undefined;
  /** No colour, whatever the terminal can show. */
  readonly plain?: boolean;
  /** Ends the wait; the promise is then rejected with its reason. */
  readonly signal: AbortSignal;
}

/** The person's side: which streams are terminals, and what they type. */
export interface Terminal {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  /** Whether lines can be drawn over and coloured; not so on a dumb terminal and in CI's logs. */
  readonly canDraw: boolean;
  /** Reads one line from a terminal; leaves the terminal as it was. */
  readLine(prompt: LinePrompt): Promise<string>;
  /** Reads the first line of stdin when that is a pipe or a file; `undefined` when it has ended. */
  readPipe(signal: AbortSignal): Promise<string | undefined>;
  /**
   * Asks one question; for terminals only, and leaves them as they were.
   *
   * @returns the answer without blanks around it; `undefined` when the person wants to go back.
   * @throws {CliError} `interrupted` by Ctrl-C.
   */
  ask(question: Question): Promise<string | undefined>;
  /** How wide stderr is, as far as it is a terminal. */
  columns(): number | undefined;
}

/** Hears what happens on the wire, with secrets masked; a line is made only for who reads it. */
export type Trace = (line: () => string) => void;

/** Everything that the program does to the world outside. */
export interface System {
  readonly platform: typeof Deno.build.os;
  /** Gives up, for good, every permission that is not needed. */
  restrict(needs: Needs): void;
  env(name: string): string | undefined;
  /** The path as seen from the root; one that is so already stays as it is. */
  absolutePath(path: string): string;
  now(): number;
  /** Milliseconds on a clock that nobody sets: for how long something takes, never for a date. */
  monotonic(): number;
  /** Resolves after so many milliseconds; rejected with the signal's reason when that comes first. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  readonly terminal: Terminal;
  /** Writes it whole. @throws {BrokenPipe} when nobody reads any more. */
  write(stream: "stdout" | "stderr", data: string | Uint8Array): void;
  /** All that comes on stdin; can be read once. */
  input(): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** @throws {CliError} `unavailable` when no answer came, `usage` for a host that is not permitted. */
  fetch(request: HttpRequest): Promise<Response>;
  /** The same for a request of any length. @throws {CliError} as {@link System.fetch}. */
  fetchStream(request: StreamRequest): Promise<StreamResponse>;
  /** Who signed the certificate that a host shows; `undefined` when that cannot be seen. */
  peerIssuer(hostname: string, port: number): Promise<string | undefined>;
  /** Whether this runs in a container, as far as one can tell. */
  isContainer(): boolean;
  /** @throws {CliError} `usage` when the program may not reach the URL's host. */
  assertReachable(url: string): Promise<void>;
  serve(options: ListenOptions): Promise<Listening>;
  /** Runs a program with this terminal; its exit code, or `undefined` when it could not be started. */
  run(command: readonly string[]): Promise<number | undefined>;
  /** Runs a program in this one's place, with its streams and its signals; gives the exit code. */
  runInPlace(
    command: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<number | NotRun>;
  /** Opens the person's browser; false when none could be started. */
  openBrowser(url: string): Promise<boolean>;
  /** Aborted with a CliError of kind `interrupted` by a signal that ends programs, from the first call on. */
  interruption(): AbortSignal;
  /** From now on a file size limit fails a write, and does not end the program in the middle of it. */
  expectWrites(): void;
  /**
   * Makes signals that end programs wait until it is disposed of, which then throws: a CliError of kind
   * `interrupted` if a signal came.
   */
  holdSignals(): Promise<Disposable>;
}

/**
 * The real world. `trace` gets every request and response, with secrets masked; `tell` gets what an impatient
 * user has to know.
 */
export function denoSystem(
  trace: Trace = () => {},
  tell: (text: string) => void = () => {},
): System {
  let controller: AbortController | undefined;
  function interruption(): AbortSignal {
    if (controller === undefined) {
      const made = controller = new AbortController();
      void import("./system/signals.ts").then((signals) => signals.abortOnSignals(made));
    }
    return controller.signal;
  }
  return {
    platform: Deno.build.os,
    restrict,
    env,
    absolutePath: (path) => /^([/\\]|[A-Za-z]:)/.test(path) ? path : `${Deno.cwd()}/${path}`,
    now: () => Date.now(),
    monotonic: () => performance.now(),
    sleep: async (time, signal) => (await import("./system/sleep.ts")).sleep(time, signal),
    terminal: {
      stdin: Deno.stdin.isTerminal(),
      stdout: Deno.stdout.isTerminal(),
      stderr: Deno.stderr.isTerminal(),
      get canDraw() {
        return canDraw();
      },
      readLine: async (prompt) => (await import("./system/terminal.ts")).readLine(prompt),
      readPipe: async (signal) => (await import("./system/terminal.ts")).readPipe(signal),
      ask: async (question) => (await import("./system/question.ts")).ask(question),
      columns,
    },
    write: (stream, data) => writeAll(Deno[stream], bytesOf(data)),
    input: () => Deno.stdin.readable,
    fetch: async (request) => (await import("./system/http.ts")).fetchWhole(request, trace),
    fetchStream: async (request) =>
      (await import("./system/http_stream.ts")).fetchStream(request, trace),
    assertReachable: async (url) => (await import("./system/http.ts")).assertReachable(url),
    peerIssuer: async (hostname, port) =>
      (await import("./system/peer_issuer.ts")).peerIssuer(hostname, port),
    isContainer,
    serve: async (options) => (await import("./system/listener.ts")).listen(options, trace),
    run: async (command) => (await import("./system/program.ts")).runProgram(command),
    runInPlace: async (command, env) =>
      (await import("./system/program.ts")).runInPlace(command, env, isAtTerminal()),
    openBrowser: async (url) => (await import("./system/browser.ts")).openBrowser(url),
    interruption,
    expectWrites,
    async holdSignals() {
      // a request follows: what it needs is loaded before the last file descriptor may be taken
      const [{ holdSignals }] = await Promise.all([
        import("./system/signals.ts"),
        import("./system/http.ts"),
      ]);
      return holdSignals(tell);
    },
  };
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

/** An empty variable is an unset one, and so is one that is no text. */
function env(name: string): string | undefined {
  try {
    return Deno.env.get(name) || undefined;
  } catch (error) {
    if (error instanceof Deno.errors.InvalidData) return undefined;
    throw error;
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

/** What a program can be started to ignore: by `nohup`, by a shell that puts it into the background. */
const IGNORABLE = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGTERM: 15 } as const;

let ignored: ReadonlySet<Deno.Signal> | undefined;

/**
 * The signals that this program was started to ignore, which it goes on ignoring. It has to be called before the
 * first listener is added: from then on, Deno ignores none.
 */
export function ignoredSignals(): ReadonlySet<Deno.Signal> {
  if (ignored !== undefined) return ignored;
  const signals = Object.keys(IGNORABLE) as (keyof typeof IGNORABLE)[];
  const mask = ignoredMask();
  ignored = new Set(signals.filter((signal) => mask & 1 << (IGNORABLE[signal] - 1)));
  for (const signal of ignored) Deno.addSignalListener(signal, () => {});
  return ignored;
}

/**
 * A bit for each ignored signal. Linux knows, but Deno lets only `--allow-all` read it. Elsewhere, SIGHUP is ignored
 * when neither stdout nor stderr is a terminal, as `nohup` makes sure: who does not need the terminal survives it.
 */
function ignoredMask(): number {
  if (Deno.build.os === "windows") return 0;
  try {
    const status = Deno.readTextFileSync("/proc/self/status");
    return parseInt(/^SigIgn:\s*\w*(\w{4})$/m.exec(status)?.[1] ?? "0", 16);
  } catch {
    return Deno.stdout.isTerminal() || Deno.stderr.isTerminal() ? 0 : 1;
  }
}

/** Whether a terminal can do more than a printer: a cursor, colours. */
export function canDraw(): boolean {
  return env("TERM") !== "dumb" && env("CI") === undefined;
}

/** Whether a terminal sends its keys here; in a pipeline not every stream is the terminal. */
function isAtTerminal(): boolean {
  return [Deno.stdin, Deno.stdout, Deno.stderr].some((stream) => stream.isTerminal());
}

/** How wide stderr is, as far as it is a terminal. */
export function columns(): number | undefined {
  if (!Deno.stderr.isTerminal()) return undefined;
  try {
    return Deno.consoleSize().columns || undefined;
  } catch {
    return undefined;
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

function bytesOf(data: string | Uint8Array): Uint8Array {
  return typeof data === "string" ? new TextEncoder().encode(data) : data;
}
