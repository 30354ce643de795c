// Everything that the program does to the world outside, as types. Rule: the rest of the program asks a slice of
// System and never names `Deno`.

/** What a command needs besides the files that a person names. */
export interface Needs {
  readonly network?: boolean;
  /** Whether it starts programs: the browser, or what makes a certificate trusted. */
  readonly programs?: boolean;
  /** Variables that are read besides {@link VARIABLES}. */
  readonly variables?: readonly string[];
  /** The few variables that are read instead of all; such a command writes nothing, either. */
  readonly only?: readonly string[];
}

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
  /** Hears that a peer rejected the certificate, as a browser does while it shows its warning. */
  readonly onRejected?: (() => void) | undefined;
}

/** An open listener, or why there is none. */
export type Listening =
  | { readonly kind: "open"; readonly port: number; close(): Promise<void> }
  | { readonly kind: "taken" | "refused" | "unsupported" };

/** Why a program did not run. */
export type NotRun = "not found" | "not executable";

/** What is drawn around a line that a person types. */
export interface LinePrompt {
  /** The lines above, which are drawn again every second; is told how many columns they have. */
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
  /** How wide and how high stderr is, as far as it is a terminal. */
  columns(): number | undefined;
  rows(): number | undefined;
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
  /** Says on a terminal what is waited for, for so many milliseconds at most, when that takes its time. */
  waiting(what: string, limit: number): Promise<Disposable>;
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
