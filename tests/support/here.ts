// A whole command line in this process, in the real world: the same code as the program, without a start of its own.
// Rule: for tables of what is typed or found; what a process, a terminal or a permission decides needs the program.
import { run } from "../../src/cli/app.ts";
import type { System } from "../../src/system/contract.ts";
import { denoSystem } from "../../src/system/deno.ts";
import type { Outcome, ProgramOptions } from "./program.ts";

/** Runs a command line to its end; the environment is that of a machine with no settings. */
export async function runHere(
  argv: readonly string[],
  { home, env = {} }: Pick<ProgramOptions, "home" | "env">,
): Promise<Outcome> {
  const started = performance.now();
  const variables: Record<string, string> = { HOME: home, BROWSER: "true", ...env };
  const written = { stdout: "", stderr: "" };
  const decoder = new TextDecoder();
  const code = await run(argv, (...talk): System => ({
    ...denoSystem(...talk),
    env: (name) => variables[name] || undefined,
    terminal: NO_TERMINAL,
    restrict() {},
    input: () => new ReadableStream({ start: (controller) => controller.close() }),
    write(stream, data) {
      written[stream] += typeof data === "string" ? data : decoder.decode(data);
      return Promise.resolve();
    },
    interruption: () => new AbortController().signal,
    expectRequest() {},
    expectWrites() {},
    holdSignals: () => Promise.resolve({ [Symbol.dispose]() {} }),
  }));
  return { code, ...written, milliseconds: performance.now() - started };
}

const never = (): Promise<never> => Promise.reject(new Error("there is no terminal"));

const NO_TERMINAL: System["terminal"] = {
  ...{ stdin: false, stdout: false, stderr: false, canDraw: false },
  ...{ readLine: never, readPipe: () => Promise.resolve(""), ask: never },
  columns: () => undefined,
  rows: () => undefined,
};
