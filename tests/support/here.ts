// A whole command line in this process, in the real world: the same code as the program, without a start of its own.
// Rule: for tables of what is typed or found; what a process, a terminal or a permission decides needs the program.
import { run } from "../../src/cli/app.ts";
import type { System } from "../../src/system/contract.ts";
import { denoSystem } from "../../src/system/deno.ts";
import type { Outcome, Program, ProgramOptions } from "./program.ts";
import { streamText } from "./stream_text.ts";

/** Whether cases are played in the process of the test: `deno task ok` saves a third of its time so. */
export const PLAYS_HERE = Deno.env.get("ANAPLAN_AUTH_CASES") === "here";

/** A command line that runs in this process. */
export type RunningHere = Pick<Program, "outcome" | "said" | "write"> & AsyncDisposable;

/** Runs a command line to its end; the environment is that of a machine with no settings. */
export function runHere(
  argv: readonly string[],
  options: Pick<ProgramOptions, "home" | "env">,
): Promise<Outcome> {
  return startHere(argv, options).outcome;
}

/** Starts a command line, which cannot be stopped and has no stdin. */
export function startHere(
  argv: readonly string[],
  { home, env = {} }: Pick<ProgramOptions, "home" | "env">,
): RunningHere {
  const started = performance.now();
  const variables: Record<string, string> = { HOME: home, BROWSER: "true", ...env };
  const written = { stdout: "", stderr: "" };
  const decoder = new TextDecoder();
  const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>>();
  const stderr = streamText(readable);
  const writer = writable.getWriter();
  const encoder = new TextEncoder();
  const running = run(argv, (...talk): System => ({
    ...denoSystem(...talk),
    ...STANDING_STILL,
    env: (name) => variables[name] || undefined,
    async write(stream, data) {
      const text = typeof data === "string" ? data : decoder.decode(data);
      written[stream] += text;
      if (stream === "stderr") await writer.write(encoder.encode(text));
    },
  }));
  const outcome = running.finally(() => writer.close()).then((code): Outcome => {
    return { code, ...written, milliseconds: performance.now() - started };
  });
  return {
    outcome,
    said: (pattern) => stderr.until(pattern),
    write: never,
    [Symbol.asyncDispose]: async () => void await outcome,
  };
}

const never = (): Promise<never> =>
  Promise.reject(new Error("there is neither a terminal nor stdin"));

const NO_TERMINAL: System["terminal"] = {
  ...{ stdin: false, stdout: false, stderr: false, canDraw: false },
  ...{ readLine: never, readPipe: () => Promise.resolve(""), ask: never },
  columns: () => undefined,
  rows: () => undefined,
};

/** What a process of its own has, and its test has not. */
const STANDING_STILL = {
  terminal: NO_TERMINAL,
  restrict() {},
  input: () => new ReadableStream({ start: (controller) => controller.close() }),
  openBrowser: () => Promise.resolve(true),
  interruption: () => new AbortController().signal,
  expectRequest() {},
  expectWrites() {},
  holdSignals: () => Promise.resolve({ [Symbol.dispose]() {} }),
} satisfies Partial<System>;
