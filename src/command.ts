// The contract between the command line and the commands. Rule: a command returns what is to be
// printed and prints nothing itself; what it has to say on the way goes through Talk.

import type { ErrorKind } from "./base/errors.ts";
import type { System } from "./system/contract.ts";

/** The flags that every command has. */
export interface CommonFlags {
  readonly profile?: string;
  readonly configDir?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
  readonly noColor?: boolean;
  readonly caFile?: readonly string[];
}

/** What a command has to tell: `text` for people, `data` for `--json`. */
export interface Reply {
  /** What people read on stdout; without the last line break. Empty: nothing is printed. */
  readonly text: string;
  /** The one JSON value that `--json` prints. */
  readonly data: unknown;
  /** The text is for programs: printed byte for byte, no path shortened. */
  readonly verbatim?: boolean;
  /** The answer itself, byte for byte, printed as it comes; text and data then stay unprinted. */
  readonly stream?: AsyncIterable<Uint8Array>;
  /** Another program's exit code, passed on. */
  readonly exitCode?: number;
  /** The text is no answer but news for the person: without `--json` it goes to stderr. */
  readonly isTalk?: boolean;
  /** Set when the reply itself is the news of a failure: printed like a success, exits like the kind. */
  readonly outcome?: ErrorKind;
}

/** A text with sequences for the terminal, every one of them made by this program. */
export interface Drawn {
  readonly drawn: string;
}

/** Talk on the way to the reply; it goes to stderr, without what would steer a terminal. */
export interface Talk {
  /** Tells the person something; silent with `--quiet`. */
  readonly say: (text: string | Drawn) => void;
  /** Tells what the person must know to go on; with `--quiet` too. */
  readonly insist: (text: string | Drawn) => void;
  /** Tells what went wrong although the command goes on. */
  readonly warn: (text: string) => void;
  /** Shows how far a long work is, on one line that is drawn again; for terminals only. */
  readonly progress: (text: string) => void;
}

/** What a command is given besides its flags. */
export interface CommandContext {
  readonly system: System;
  readonly talk: Talk;
}

/** A command as its file exports it. */
export type Command<
  Flags extends CommonFlags = CommonFlags,
  Args extends readonly unknown[] = readonly [],
> = (flags: Flags, context: CommandContext, ...args: Args) => Promise<Reply>;
