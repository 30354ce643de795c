// Reply → stdout, talk and errors → stderr. Rule: stdout is data and stderr is talk, and nothing else in
// the program prints.

import type { Reply, Talk } from "../command.ts";
import { type CliError, toCliError } from "../errors.ts";
import type { System } from "../system.ts";
import { asSentence, asShown, asTyped, COMMAND_VARIABLE, unsteering } from "../text.ts";

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
  trace(text: string): void;
}

/** A printer to the system's streams. */
export function printer(
  system: Pick<System, "write" | "env" | "terminal">,
  options: PrintOptions,
): Printer {
  const short = (text: string): string => asShown(text, system.env);
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
  const talkVerbatim = (text: string): void => {
    endProgress();
    toStderr(text + "\n");
  };
  const talk = (text: string): void => talkVerbatim(short(text));
  return {
    say: (text) => options.quiet ? undefined : talk(text),
    insist: talk,
    warn: (text) => talk(`${styled(YELLOW, "Warning:")} ${text}`),
    trace: (text) => options.verbose ? talk(styled(DIM, unsteering(text))) : undefined,
    progress(text) {
      if (options.quiet || !system.terminal.stderr || !system.terminal.canDraw) return;
      hasProgress = true;
      toStderr(CLEAR_LINE + text);
    },
    async reply(reply) {
      if (reply.stream !== undefined) {
        for await (const chunk of translated(reply.stream)) system.write("stdout", chunk);
        return endProgress();
      }
      endProgress();
      if (options.json) system.write("stdout", JSON.stringify(reply.data) + "\n");
      else if (reply.isTalk) talk(reply.text);
      else if (reply.text !== "") {
        system.write("stdout", (reply.verbatim ? reply.text : short(reply.text)) + "\n");
      }
    },
    error(error) {
      if (options.verbose && error.kind === "internal") talk(stackOf(error.cause));
      const command = system.env(COMMAND_VARIABLE);
      if (options.json) talkVerbatim(JSON.stringify(errorData(error, command)));
      else {
        talk(asSentence(error.message));
        if (error.next !== undefined) talk(`${styled(BOLD, "Next:")} ${error.next}`);
      }
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
