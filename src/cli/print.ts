// Reply → stdout, talk and errors → stderr. Rule: stdout is data and stderr is talk, nothing else in the
// program prints, and no text steers a terminal, wherever it comes from.

import type { Drawn, Reply, Talk } from "../command.ts";
import { type CliError, toCliError } from "../base/errors.ts";
import type { System } from "../system/contract.ts";
import {
  asSentence,
  asShown,
  asTyped,
  COMMAND_VARIABLE,
  escapedJson,
  harmless,
  unsteering,
} from "../base/text.ts";

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
  const shown = (text: string): string => harmless(asShown(text, system.env));
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
  const talk = (text: string | Drawn): void => {
    endProgress();
    toStderr((typeof text === "string" ? shown(text) : text.drawn) + "\n");
  };
  return {
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
      if (reply.stream !== undefined) {
        await printAll(reply.stream, system);
        return endProgress();
      }
      endProgress();
      const { text, verbatim } = reply;
      if (options.json) system.write("stdout", jsonLine(reply.data));
      else if (reply.isTalk) talk(text);
      else if (text !== "") {
        const exact = system.terminal.stdout ? harmless(text) : text;
        system.write("stdout", (verbatim ? exact : shown(text)) + "\n");
      }
    },
    error(error) {
      if (options.verbose && error.kind === "internal") talk(stackOf(error.cause));
      const command = system.env(COMMAND_VARIABLE);
      if (options.json) {
        endProgress();
        return toStderr(jsonLine(errorData(error, command)));
      }
      talk(asSentence(onOneLine(error.message)));
      const next = error.next === undefined ? undefined : shown(onOneLine(error.next));
      if (next !== undefined) talk({ drawn: `${styled(BOLD, "Next:")} ${next}` });
    },
  };
}

/** What goes wrong with an answer on its way is no failure of writing it. */
async function printAll(
  stream: AsyncIterable<Uint8Array>,
  system: Pick<System, "write">,
): Promise<void> {
  let isWriting = false;
  try {
    for await (const chunk of stream) {
      isWriting = true;
      system.write("stdout", chunk);
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

function jsonLine(value: unknown): string {
  return escapedJson(JSON.stringify(value)) + "\n";
}

const CLEAR_LINE = "\r\x1b[2K";
const BOLD = 1;
const DIM = 2;
const YELLOW = 33;

function errorData(error: CliError, command: string | undefined): unknown {
  return {
    error: {
      kind: error.kind,
      message: asTyped(error.message, command),
      next: error.next === undefined ? null : asTyped(error.next, command),
      oauth_error: error.oauthError ?? null,
    },
  };
}

/** Where a bug is, without its message, which may quote anything. */
function stackOf(cause: unknown): string {
  const stack = cause instanceof Error ? cause.stack ?? "" : "";
  return stack.split("\n").filter((line) => /^\s+at /.test(line)).join("\n");
}
