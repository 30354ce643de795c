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
}

/** A printer to the system's streams. */
export function printer(
  system: Pick<System, "write" | "env" | "terminal">,
  options: PrintOptions,
): Printer {
  const typed = (text: Words): string => written(text, system.env(COMMAND_VARIABLE));
  const shown = (text: Words): string => {
    const home = system.env("HOME");
    return harmless(home === undefined ? typed(text) : withTilde(typed(text), home));
  };
  const hasColor = options.color && system.terminal.stderr && system.terminal.canDraw;
  const styled = (code: number, text: string): string =>
    hasColor ? `\x1b[${code}m${text}\x1b[0m` : text;
  const toStderr = (text: string): void => {
    try {
      system.write("stderr", text);
    } catch {
      // nobody listens to the talk any more; the answer and the exit code still count
    }
  };
  let hasProgress = false;
  const endProgress = (): void => {
    if (hasProgress) toStderr(CLEAR_LINE);
    hasProgress = false;
  };
  const talk = (text: Words | Drawn): void => {
    endProgress();
    const isDrawn = typeof text === "object" && "drawn" in text;
    toStderr((isDrawn ? text.drawn : shown(text)) + "\n");
  };
  const toStdout = (text: string): void => system.write("stdout", text + "\n");
  const answer = (data: unknown, print: () => void): void => {
    endProgress();
    if (options.json) system.write("stdout", jsonLine(data));
    else print();
  };
  return {
    shown,
    say: (text) => options.quiet ? undefined : talk(text),
    insist: talk,
    warn: (text) => talk({ drawn: `${styled(YELLOW, "Warning:")} ${shown(text)}` }),
    trace: (line) =>
      options.verbose ? talk({ drawn: styled(DIM, unsteering(shown(line()))) }) : undefined,
    progress(text) {
      if (options.quiet || !system.terminal.stderr || !system.terminal.canDraw) return;
      hasProgress = true;
      toStderr(CLEAR_LINE + unsteering(text));
    },
    async reply(reply) {
      switch (reply.kind) {
        case "answer":
          return answer(reply.data, () => toStdout(shown(reply.text)));
        case "news":
          return answer(reply.data, () => talk(reply.text));
        case "verbatim":
          return answer(reply.data, () => {
            toStdout(system.terminal.stdout ? harmless(reply.text) : reply.text);
          });
        case "stream":
          for await (const chunk of translated(reply.stream)) system.write("stdout", chunk);
          return endProgress();
        case "exit":
          return endProgress();
        default:
          reply satisfies never;
      }
    },
    error(error) {
      if (options.verbose && error.kind === "internal") talk(stackOf(error.cause));
      if (options.json) {
        endProgress();
        return toStderr(jsonLine(errorData(error, typed)));
      }
      talk(asSentence(onOneLine(error.message)));
      if (error.next === undefined) return;
      talk({ drawn: `${styled(BOLD, "Next:")} ${shown(onOneLine(typed(error.next)))}` });
    },
  };
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

function jsonLine(value: unknown): string {
  return escapedJson(JSON.stringify(value)) + "\n";
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
