// A world in which nothing happens but what a test has arranged.
// Rule: whatever is touched without arrangement throws an Error that names it.
import { formatWords, type Words } from "../../src/base/words.ts";
import type { CommandContext, Talk, TerminalText } from "../../src/command.ts";
import type { Terminal } from "../../src/system/terminal_contract.ts";
import type {
  HttpRequest,
  StreamRequest,
  StreamResponse,
  System,
} from "../../src/system/contract.ts";

/** When the fake clock starts. */
export const START = Date.UTC(2026, 10, 24, 9, 0);

/** Where the monotonic clock starts: nowhere near, so that the two cannot be confused. */
export const MONOTONIC_START = 1_000;

/** What the network does with one request: answers it, or fails. */
export type NetworkStep =
  | Response
  | Error
  | ((request: HttpRequest) => Response | Promise<Response>);

/** The same with an answer that flows. */
export type StreamStep =
  | Response
  | Error
  | ((request: StreamRequest) => Response | Promise<Response>);

/** What a test arranges; the rest of {@link System} may also be given. */
export interface Arranged
  extends Partial<Omit<System, "env" | "terminal" | "fetch" | "fetchStream">> {
  readonly env?: Readonly<Record<string, string>>;
  readonly terminal?: Partial<Terminal>;
  /** One step a request, in their order. */
  readonly network?: readonly NetworkStep[];
  /** The same for requests whose answers flow. */
  readonly streams?: readonly StreamStep[];
  /** Sleeping ends by {@link FakeSystem.advance} alone; else it takes no time and moves the clock. */
  readonly clockStands?: boolean;
}

/** A world that remembers what was done to it. */
export interface FakeSystem extends System {
  readonly requests: readonly HttpRequest[];
  readonly streamRequests: readonly StreamRequest[];
  /** How many answers that flow have been taken and not given back. */
  readonly openStreams: number;
  /** The steps that no request has come for yet. */
  readonly network: NetworkStep[];
  readonly written: { stdout: string; stderr: string };
  /** How long each sleep was asked to be, in milliseconds. */
  readonly sleeps: readonly number[];
  /** Whether a signal would have to wait at this moment. */
  readonly signalsHeld: boolean;
  /** Moves both clocks, and wakes who has slept long enough. */
  advance(milliseconds: number): void;
  /** Sets the clock forward, or back, as a correction does; no time passes. */
  setClock(milliseconds: number): void;
}

/** Makes a world of its own. */
export function fakeSystem(arranged: Arranged = {}): FakeSystem {
  const { env = {}, terminal, network = [], streams = [], clockStands = false, ...rest } = arranged;
  const requests: HttpRequest[] = [];
  const flowing = fakeStreams(streams);
  const written = { stdout: "", stderr: "" };
  const clock = fakeClock(clockStands);
  const steps = [...network];
  let held = 0;
  const fetch = async (request: HttpRequest): Promise<Response> => {
    requests.push(request);
    const step = steps.shift();
    if (step === undefined) return unexpected(`the network was asked for ${request.url}`);
    if (step instanceof Error) throw step;
    return typeof step === "function" ? await step(request) : step;
  };
  return {
    platform: "linux",
    restrict: () => {},
    env: (name) => env[name] || undefined,
    absolutePath: (path) => path.startsWith("/") ? path : `/cwd/${path}`,
    now: clock.now,
    monotonic: clock.monotonic,
    sleep: clock.sleep,
    waiting: () => Promise.resolve({ [Symbol.dispose]() {} }),
    terminal: { ...noTerminal(), ...terminal },
    write(stream, data) {
      written[stream] += typeof data === "string" ? data : new TextDecoder().decode(data);
    },
    input: () => new ReadableStream({ start: (controller) => controller.close() }),
    fetchStream: flowing.fetchStream,
    fetch,
    guardedRequest: () =>
      Promise.resolve({
        async fetch(request, confirm) {
          await confirm();
          return await fetch(request);
        },
        [Symbol.dispose]() {},
      }),
    serve: ({ hostname, port }) => unexpected(`a listener was opened on ${hostname}:${port}`),
    proxying: () => unexpected("a proxy was opened"),
    trace: () => {},
    assertReachable: () => Promise.resolve(),
    peerIssuer: (hostname) => unexpected(`the certificate of ${hostname} was looked at`),
    isContainer: () => Promise.resolve(false),
    run: (command) => unexpected(`${command.join(" ")} was run`),
    ask: (command) => unexpected(`${command.join(" ")} was run`),
    runInPlace: (command) => unexpected(`${command.join(" ")} was run`),
    openBrowser: (url) => unexpected(`the browser was opened at ${url}`),
    interruption: () => new AbortController().signal,
    expectRequest: () => {},
    expectWrites: () => {},
    holdSignals() {
      held++;
      return Promise.resolve({ [Symbol.dispose]: () => void held-- });
    },
    ...rest,
    requests,
    streamRequests: flowing.requests,
    get openStreams() {
      return flowing.open;
    },
    network: steps,
    written,
    sleeps: clock.sleeps,
    get signalsHeld() {
      return held > 0;
    },
    advance: clock.advance,
    setClock: clock.set,
  };
}

interface FakeStreams extends Pick<System, "fetchStream"> {
  readonly requests: readonly StreamRequest[];
  readonly open: number;
}

function fakeStreams(arranged: readonly StreamStep[]): FakeStreams {
  const steps = [...arranged];
  const requests: StreamRequest[] = [];
  const open = new Set<Response>();
  return {
    requests,
    get open() {
      return open.size;
    },
    async fetchStream(request): Promise<StreamResponse> {
      requests.push(request);
      const step = steps.shift();
      if (step === undefined) return unexpected(`the network was asked for ${request.url}`);
      if (step instanceof Error) throw step;
      const response = typeof step === "function" ? await step(request) : step;
      open.add(response);
      return streamOf(response, () => void open.delete(response));
    },
  };
}

/** The response as an answer that flows; `close` is called when it is given back. */
export function streamOf(response: Response, close = (): void => {}): StreamResponse {
  return {
    status: response.status,
    statusText: response.statusText,
    headers: response.headers,
    body: closing(response.body ?? ReadableStream.from([]), close),
    async [Symbol.asyncDispose]() {
      close();
      await response.body?.cancel().catch(() => undefined);
    },
  };
}

async function* closing<T>(body: AsyncIterable<T>, close: () => void): AsyncGenerator<T> {
  try {
    yield* body;
  } finally {
    close();
  }
}

/** Talk that is remembered. */
export interface RecordedTalk extends Talk {
  readonly said: readonly string[];
  readonly insisted: readonly string[];
  readonly warned: readonly string[];
  readonly progressed: readonly string[];
}

/** What a command is given, in a fake world. */
export interface FakeContext extends CommandContext {
  readonly system: FakeSystem;
  readonly talk: RecordedTalk;
}

/** A context in a world of its own, or in the given one. */
export function fakeContext(arranged: Arranged | FakeSystem = {}): FakeContext {
  const said: string[] = [];
  const insisted: string[] = [];
  const warned: string[] = [];
  const progressed: string[] = [];
  const system = "requests" in arranged ? arranged : fakeSystem(arranged);
  return {
    system,
    talk: {
      said,
      insisted,
      warned,
      progressed,
      say: (text) => void said.push(shown(text)),
      insist: (text) => void insisted.push(shown(text)),
      warn: (text) => void warned.push(formatWords(text)),
      progress: (text) => void progressed.push(text),
      typed: (text) => formatWords(text, system.env("ANAPLAN_AUTH_COMMAND")),
      shown: (text, blank) => formatWords(text, system.env("ANAPLAN_AUTH_COMMAND"), blank),
    },
  };
}

function shown(text: Words | TerminalText): string {
  return typeof text === "object" && "drawn" in text ? text.drawn : formatWords(text);
}

function unexpected(what: string): Promise<never> {
  return Promise.reject(new Error(`Unexpected: ${what}`));
}

function noTerminal(): Terminal {
  return {
    stdin: false,
    stdout: false,
    stderr: false,
    canDraw: true,
    readLine: ({ prompt }) => unexpected(`a line was read after "${prompt}"`),
    readPipe: () => unexpected("stdin was read"),
    ask: ({ text }) => unexpected(`the user was asked "${text}"`),
    columns: () => undefined,
    rows: () => undefined,
  };
}

interface Clock extends Pick<System, "now" | "monotonic" | "sleep"> {
  readonly sleeps: readonly number[];
  advance(milliseconds: number): void;
  set(milliseconds: number): void;
}

function fakeClock(isStopped: boolean): Clock {
  let now = MONOTONIC_START;
  let correction = START - MONOTONIC_START;
  const sleeps: number[] = [];
  const sleepers = new Set<{ readonly until: number; wake(): void }>();
  const advance = (milliseconds: number): void => {
    now += milliseconds;
    for (const sleeper of sleepers) if (sleeper.until <= now) sleeper.wake();
  };
  return {
    now: () => now + correction,
    monotonic: () => now,
    sleeps,
    advance,
    set: (milliseconds) => void (correction += milliseconds),
    async sleep(milliseconds, signal) {
      sleeps.push(milliseconds);
      signal?.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const sleeper = { until: now + milliseconds, wake: resolve };
      const stop = (): void => reject(signal?.reason);
      signal?.addEventListener("abort", stop);
      sleepers.add(sleeper);
      // A turn of the event loop, so that who sleeps in a loop lets the others go on.
      const turn = isStopped ? undefined : setTimeout(() => advance(milliseconds));
      try {
        await promise;
      } finally {
        clearTimeout(turn);
        sleepers.delete(sleeper);
        signal?.removeEventListener("abort", stop);
      }
    },
  };
}
