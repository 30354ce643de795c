// Reply → stdout, talk and errors → stderr. Rule: stdout is data and stderr is talk, nothing else in the
// program prints, and no text steers a terminal, wherever it comes from.

import type { Drawn, Reply, Talk } from "../command.ts";
import { type CliError, toCliError } from "../base/errors.ts";
import type { System } from "../system/contract.ts";
import { type Words, written } from "../base/advice.ts";
import { asSentence, escapedJson, harmless, unsteering, withTilde } from "../base/text.ts";

/** The variable in which the tasks say how they are typed. */
const COMMAND_VARIABLE = "ANAPLAN_AUTH_COMMAND";

/** How to print. */
export interface PrintOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
  readonly verbose: boolean;
}

/** Prints for one run of the program. */
export interface Printer extends Talk {
  reply(reply: Reply): Promise<void>;
  error(error: CliError): void;
  /** What `--verbose` shows; silent without it. */
  trace(line: () => string): void;
  /** Shows what is waited for: on one line that is drawn again, or once where nothing can be. */
  wait(text: string): void;
}

/** A printer to the system's streams. */
export function printer(system: Streams, options: PrintOptions): Printer {
  const { typed, shown } = readable(system);
  const stderr = stderrOf(system);
  const hasColor = options.color && canDraw(system);
  const styled = (code: number, text: string): string =>
    hasColor ? `\x1b[${code}m${text}\x1b[0m` : text;
  const talk = (text: Words | Drawn): void =>
    stderr.line(typeof text === "object" && "drawn" in text ? text.drawn : shown(text));
  return {
    shown,
    say: (text) => options.quiet ? undefined : talk(text),
    insist: talk,
    warn: (text) => talk({ drawn: `${styled(YELLOW, "Warning:")} ${shown(text)}` }),
    trace: (line) =>
      options.verbose ? talk({ drawn: styled(DIM, unsteering(shown(line()))) }) : undefined,
    progress: (text) => options.quiet ? undefined : stderr.progress(unsteering(text)),
    wait: (text) => options.quiet ? undefined : stderr.wait(text),
    async reply(reply) {
      if (reply.kind === "stream") {
        for await (const chunk of translated(reply.stream)) stderr.beside(chunk);
      }
      stderr.endProgress();
      if (reply.kind === "stream" || reply.kind === "exit") return;
      if (options.json) return system.write("stdout", json(reply.data) + "\n");
      if (reply.kind === "news") return talk(reply.text);
      const verbatim = system.terminal.stdout ? harmless : String;
      const text = reply.kind === "verbatim" ? verbatim(reply.text) : shown(reply.text);
      system.write("stdout", text + "\n");
    },
    error(error) {
      if (options.verbose && error.kind === "internal") talk(stackOf(error.cause));
      if (options.json) return stderr.line(json(errorData(error, typed)));
      talk(asSentence(onOneLine(error.message)));
      if (error.next === undefined) return;
      talk({ drawn: `${styled(BOLD, "Next:")} ${shown(onOneLine(typed(error.next)))}` });
      if (error.more !== undefined) talk(error.more);
    },
  };
}

type Streams = Pick<System, "write" | "env" | "terminal">;

/** Words as they are typed on this computer, and as they are shown: with short paths, and steering nothing. */
function readable({ env }: Streams): Record<"typed" | "shown", (text: Words) => string> {
  const typed = (text: Words): string => written(text, env(COMMAND_VARIABLE));
  const shown = (text: Words): string => {
    const home = env("HOME");
    return harmless(home === undefined ? typed(text) : withTilde(typed(text), home));
  };
  return { typed, shown };
}

/** Lines on stderr, and below them the one that tells of progress. */
function stderrOf(system: Streams) {
  let hasProgress = false;
  const write = (text: string): void => {
    try {
      system.write("stderr", text);
    } catch {
      // nobody listens to the talk any more; the answer and the exit code still count
    }
  };
  const endProgress = (): void => {
    if (hasProgress) write(CLEAR_LINE);
    hasProgress = false;
  };
  const progress = (text: string): void => {
    if (!canDraw(system)) return;
    hasProgress = true;
    write(CLEAR_LINE + text);
  };
  return {
    endProgress,
    line(text: string): void {
      endProgress();
      write(text + "\n");
    },
    /** Writes to stdout, which may be on the same screen. */
    beside(chunk: Uint8Array): void {
      if (system.terminal.stdout) endProgress();
      system.write("stdout", chunk);
    },
    progress,
    wait(text: string): void {
      if (canDraw(system)) progress(text);
      else if (text !== "") write(text + "\n");
    },
  };
}

function canDraw({ terminal }: Streams): boolean {
  return terminal.stderr && terminal.canDraw;
}

/** What goes wrong with an answer on its way is no failure of writing it. */
async function* translated<T>(stream: AsyncIterable<T>): AsyncIterable<T> {
  try {
    yield* stream;
  } catch (error) {
    throw toCliError(error);
  }
}

/** Who writes an error must not make a second one of it, or a `Next:` of their own. */
function onOneLine(text: string): string {
  return text.replaceAll(/[\r\n]+\s*/g, " ");
}

function json(value: unknown): string {
  return escapedJson(JSON.stringify(value));
}

const CLEAR_LINE = "\r\x1b[2K";
const BOLD = 1;
const DIM = 2;
const YELLOW = 33;

function errorData(error: CliError, typed: (text: Words) => string): unknown {
  return {
    error: {
      kind: error.kind,
      message: error.message,
      next: error.next === undefined ? null : typed(error.next),
      oauth_error: error.oauthError ?? null,
    },
  };
}

/** Where a bug is, without its message, which may quote anything. */
function stackOf(cause: unknown): string {
  const stack = cause instanceof Error ? cause.stack ?? "" : "";
  return stack.split("\n").filter((line) => /^\s+at /.test(line)).join("\n");
}
