// Everything that the program does to the world outside, as types. Rule: the rest of the program asks a slice of
// System and never names `Deno`.

import type { HttpPool, Proxying } from "./proxying_contract.ts";
import type { Terminal } from "./terminal_contract.ts";

export type {
  HttpPool,
  LocalAddress,
  LocalPeer,
  LocalServer,
  Peer,
  Proxying,
} from "./proxying_contract.ts";

/** What a command needs besides the files that a person names. */
export interface Needs {
  readonly network?: boolean;
  /** Whether it listens on a Unix socket. */
  readonly socket?: boolean;
  /** Whether it starts programs: the browser, or what makes a certificate trusted. */
  readonly programs?: boolean;
  /** Whether it reads logins, which may be sealed: then it runs {@link KEY_HELPERS}. */
  readonly keys?: boolean;
  /** Variables that are read besides {@link VARIABLES}. */
  readonly variables?: readonly string[];
  /** The few variables that are read instead of all; such a command writes nothing. */
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
  /** Shows the server who asks; both are PEM texts. */
  readonly clientCertificate?: { readonly cert: string; readonly key: string } | undefined;
  /** How long nothing may come, in milliseconds; 20 seconds when not given. The whole may take twice that. */
  readonly timeout?: number;
  /** Whether a failure is to hold what came of the answer; see {@link CliError.arrived}. */
  readonly keepsWhatArrived?: boolean;
}

/** A request that must not leave late: what it is connected to is asked when it may be. It has to be disposed of. */
export interface GuardedRequest extends Disposable {
  /**
   * As {@link System.fetch}, of the server that was named. May be called again.
   *
   * @param confirm is called when the connection is open, right before the request leaves; what it throws keeps it.
   */
  fetch(request: HttpRequest, confirm: () => Promise<void>): Promise<Response>;
}

/** A request whose body and answer flow, so that they may be of any length. */
export interface StreamRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array<ArrayBuffer>>;
  /** How long a body is that flows, in bytes, when that is known: it is then sent with its length. */
  readonly length?: number;
  /** Whose connections it shares; only for what may be sent twice, since fetch does so when one was reset. */
  readonly pool?: HttpPool;
  /** PEM texts of certificate authorities that are trusted besides the built-in ones. */
  readonly caCertificates?: readonly string[];
  /** Who asks shows what `--verbose` shows. */
  readonly isTraced?: false;
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
  /**
   * Can be read once; the end of reading it disposes of the answer. A piece is valid until the next one is asked for:
   * then its memory is used again.
   */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Listens for silence until it is disposed of. */
export interface SilenceWatch extends Disposable {
  readonly signal: AbortSignal;
  /** Something moved. */
  heard(): void;
  /** It is our turn to do something: until something is heard, the silence is not the server's. */
  rest(): void;
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
export type NotRunReason = "not found" | "not executable";

/** What came of a program that was asked something. */
export type ProgramOutput =
  | {
    readonly kind: "ended";
    readonly code: number;
    readonly stdout: Uint8Array<ArrayBuffer>;
    readonly stderr: Uint8Array<ArrayBuffer>;
  }
  | { readonly kind: "not started"; readonly reason: string; readonly isForbidden: boolean }
  | { readonly kind: "cut"; readonly reason: string };

/** Hears what happens on the wire, with secrets masked; a line is made only for who reads it. */
export type Trace = (line: () => string) => void;

/** Shows what is waited for, in place of what it showed before; an empty text clears it. */
export type ShowWait = (text: string) => void;
/** Everything that the program does to the world outside. */
export interface System {
  readonly platform: typeof Deno.build.os;
  /** Gives up every permission that is not needed; none of them comes back. */
  restrict(needs: Needs): void;
  env(name: string): string | undefined;
  /** The path as seen from the root; one that is so already stays as it is. */
  absolutePath(path: string): string;
  now(): number;
  /** Milliseconds on a clock that cannot be set: for durations, never for a date. */
  monotonic(): number;
  /** Says on a terminal what is waited for, for so many milliseconds at most, when that takes its time. */
  waiting(what: string, limit: number): Promise<Disposable>;
  /**
   * Resolves after so many milliseconds; rejected with the signal's reason when that comes first.
   *
   * @param what is waited for, as {@link System.waiting} says it; a silent sleep without.
   */
  sleep(milliseconds: number, signal?: AbortSignal, what?: string): Promise<void>;
  readonly terminal: Terminal;
  /** Writes it whole. @throws {BrokenPipe} when the reader has closed it. */
  write(stream: "stdout" | "stderr", data: string | Uint8Array): void;
  /** All that comes on stdin; can be read once. */
  input(): ReadableStream<Uint8Array<ArrayBuffer>>;
  /** @throws {CliError} `unavailable` when no answer came, `usage` for a host that is not permitted. */
  fetch(request: HttpRequest): Promise<Response>;
  /**
   * Begins to connect to a URL's server, for a request that must not leave late.
   *
   * @param caCertificates as in {@link HttpRequest}.
   */
  guardedRequest(url: string, caCertificates: readonly string[]): Promise<GuardedRequest>;
  /** The same for a request of any length. @throws {CliError} as {@link System.fetch}. */
  fetchStream(request: StreamRequest): Promise<StreamResponse>;
  /** Who signed the certificate that a host shows; `undefined` when that cannot be seen. */
  peerIssuer(hostname: string, port: number): Promise<string | undefined>;
  /** Whether this seems to run in a container. */
  isContainer(): Promise<boolean>;
  /** @throws {CliError} `usage` when the program may not reach the URL's host. */
  assertReachable(url: string): Promise<void>;
  serve(options: ListenOptions): Promise<Listening>;
  proxying(): Promise<Proxying>;
  /** What `--verbose` shows. */
  readonly trace: Trace;
  /** Runs a program with this terminal; its exit code, or `undefined` when it could not be started. */
  run(command: readonly string[]): Promise<number | undefined>;
  /**
   * Asks a program, without a terminal: what it prints is the answer. One that takes longer than 30 seconds
   * or prints more than 64 KiB is ended.
   *
   * @param input what it reads on stdin.
   * @param meanwhile is done while the program works, so that it takes no time of its own.
   */
  ask(command: readonly string[], input: string, meanwhile?: () => void): Promise<ProgramOutput>;
  /**
   * Runs a program in this one's place, with its streams and its signals; gives the exit code.
   *
   * @param hidden which secrets of this environment stay out of the program's: the key always does.
   */
  runInPlace(
    command: readonly string[],
    env: Readonly<Record<string, string>>,
    hidden?: "key" | "store" | "all",
  ): Promise<number | NotRunReason>;
  /** Opens the user's browser; false when none could be started, `forbidden` when this process may start none. */
  openBrowser(url: string): Promise<boolean | "forbidden">;
  /** Aborted with a CliError of kind `interrupted` by a signal that ends programs, from the first call on. */
  interruption(): AbortSignal;
  /** A request will be sent: what can be prepared beside the rest begins now. */
  expectRequest(): void;
  /** From now on a file size limit fails a write, and does not end the program in the middle of it. */
  expectWrites(): void;
  /**
   * Makes signals that end programs wait until it is disposed of, which then throws: a CliError of kind
   * `interrupted` if a signal came.
   */
  holdSignals(): Promise<Disposable>;
}
