// Reply → stdout, talk and errors → stderr. Rule: stdout is data and stderr is talk, nothing else in the
// program prints, and no text steers a terminal, wherever it comes from.

import type { Reply, Talk, TerminalText } from "../command.ts";
import { type CliError, toCliError } from "../base/errors.ts";
import type { System } from "../system/contract.ts";
import {
  asSentence,
  escapeJson,
  flattenText,
  formatWords,
  piecesOf,
  stripControls,
  withTilde,
  type Words,
} from "../base/words.ts";

/** The variable in which the tasks say how they are typed. */
const COMMAND_VARIABLE = "ANAPLAN_AUTH_COMMAND";

/** How to print. */
export interface PrintOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
  readonly verbose: boolean;
  /** Adds to commands what they have to carry of the command line. */
  readonly carry?: false | ((said: Words) => Words);
}

/** Prints for one run of the program. */
export interface Printer extends Talk {
  reply(reply: Reply): Promise<void>;
  error(error: CliError): void;
  /** What `--verbose` shows; silent without it. */
  trace(line: () => string): void;
}

/** A printer to the system's streams; `layout` is there when one of them is a terminal. */
export function printer(system: Streams, options: PrintOptions, layout?: Layout): Printer {
  const { terminal } = system;
  const hasColor = options.color && terminal.canDraw;
  const { typed, shown, laidOut } = readable(system, hasColor, layout, options.carry);
  const stderr = stderrOf(system);
  const talk = (text: Words | TerminalText, isOneLine?: boolean): void => {
    const isDrawn = typeof text === "object" && "drawn" in text;
    stderr.line(isDrawn ? text.drawn : laidOut("stderr", text, isOneLine));
  };
  const answer = (text: Words): void => stderr.beside(laidOut("stdout", text) + "\n");
  const dim = (text: string): string =>
    hasColor && terminal.stderr ? `\x1b[2m${text}\x1b[0m` : text;
  return {
    shown,
    typed,
    say: (text) => void (options.quiet || talk(text)),
    insist: talk,
    warn: (text) => talk(["Warning: ", ...piecesOf(text)]),
    trace: (line) => void (options.verbose && stderr.line(dim(flattenText(shown(line()))))),
    progress: (text) => void (options.quiet || stderr.progress(flattenText(text))),
    async reply(reply) {
      if (reply.kind === "stream") await printAll(reply.stream, stderr.beside);
      if (reply.kind === "lines") await printAll(reply.lines, answer);
      stderr.endProgress();
      if (!("data" in reply)) return;
      if (options.json) return system.write("stdout", json(reply.data) + "\n");
      if (reply.kind === "news") return talk(reply.text);
      if (reply.kind !== "verbatim") return answer(reply.text);
      system.write("stdout", (terminal.stdout ? stripControls(reply.text) : reply.text) + "\n");
    },
    error(error) {
      if (options.verbose && error.kind === "internal") talk(stackOf(error.cause));
      if (options.json) return stderr.line(json({ error: errorData(error, typed) }));
      talk(asSentence(onOneLine(error.message)), true);
      if (error.next) talk(["Next: ", ...piecesOf(error.next)], true);
      if (error.more) talk(error.more);
    },
  };
}

/** Lays out what a terminal shows; see cli/layout.ts, which only terminals load. */
type Layout = typeof import("./layout.ts").layout;
type Streams = Pick<System, "write" | "env" | "terminal">;

/** Words as they are typed on this computer, and as they are shown: with short paths, and steering nothing. */
function readable(
  { env, terminal }: Streams,
  hasColor: boolean,
  layout: Layout | undefined,
  carry: PrintOptions["carry"],
) {
  const typed = (said: Words, blank?: string): string =>
    formatWords(carry ? carry(said) : said, env(COMMAND_VARIABLE), blank);
  const shown = (said: Words, blank?: string): string => {
    const [home, text] = [env("HOME"), typed(said, blank)];
    return stripControls(home === undefined ? text : withTilde(text, home));
  };
  const laidOut = (stream: "stdout" | "stderr", said: Words, isOneLine = false): string => {
    const format = terminal[stream] ? layout : undefined;
    const all = shown(said, format && NO_BREAK);
    const text = isOneLine ? onOneLine(all) : all;
    const hang = isOneLine ? 2 : 0;
    return format === undefined
      ? text
      : format(text, { width: terminal.columns(), hasColor, hang });
  };
  return { typed, shown, laidOut };
}

/** Lines on stderr, and below them the one that shows progress. */
function stderrOf(system: Streams) {
  let hasProgress = false;
  const write = (text: string): void => {
    try {
      system.write("stderr", text);
    } catch {
      // stderr is closed; the answer and the exit code still count
    }
  };
  const endProgress = (): void => {
    if (hasProgress) write(CLEAR_LINE);
    hasProgress = false;
  };
  return {
    endProgress,
    line(text: string): void {
      endProgress();
      write(text + "\n");
    },
    /** Writes to stdout, which may be on the same screen. */
    beside(data: string | Uint8Array): void {
      if (system.terminal.stdout) endProgress();
      system.write("stdout", data);
    },
    progress(text: string): void {
      if (!system.terminal.stderr || !system.terminal.canDraw) return;
      hasProgress = true;
      write(CLEAR_LINE + text.slice(0, (system.terminal.columns() ?? 80) - 1));
    },
  };
}

/** What goes wrong with an answer on its way is no failure of writing it. */
async function printAll<T>(stream: AsyncIterable<T>, write: (piece: T) => void): Promise<void> {
  let isWriting = false;
  try {
    for await (const piece of stream) {
      isWriting = true;
      write(piece);
      isWriting = false;
    }
  } catch (error) {
    throw isWriting ? error : toCliError(error);
  }
}

/** Who writes an error must not make a second one of it, or a `Next:` of their own. */
function onOneLine(text: string): string {
  return text.replaceAll(/[\r\n]+\s*/g, " ");
}

function json(value: unknown): string {
  return escapeJson(JSON.stringify(value));
}

const CLEAR_LINE = "\r\x1b[2K";
/** As in base/lines.ts, which only terminals load: no line is broken there. */
const NO_BREAK = "\u00a0";

function errorData(error: CliError, typed: (text: Words) => string): unknown {
  const { kind, message, next, oauthError } = error;
  return { kind, message, next: next ? typed(next) : null, oauth_error: oauthError ?? null };
}

/** Where a bug is, without its message, which may quote anything. */
function stackOf(cause: unknown): string {
  const stack = cause instanceof Error ? cause.stack ?? "" : "";
  return stack.split("\n").filter((line) => /^\s+at /.test(line)).join("\n");
}
