// The contract between the command line and the commands. Rule: a command returns what is to be
// printed and prints nothing itself; what it has to say on the way goes through Talk.

import type { Words } from "./base/words.ts";
import type { ErrorKind } from "./base/errors.ts";
import type { System } from "./system/contract.ts";

export interface CommonFlags {
  readonly profile?: string;
  readonly configDir?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
  readonly noColor?: boolean;
  readonly noInput?: boolean;
  readonly caFile?: readonly string[];
}

/** What a command has to tell, by the way in which it is printed. */
export type Reply = Answer | Verbatim | Streamed | Lines | Exit;

/** What was asked for: `text` for people on stdout, or with `--json` the one JSON value `data`. */
export interface Answer<Text extends Words = Words> {
  /** `news` is for people who did not ask for it: without `--json` it goes to stderr. */
  readonly kind: "answer" | "news";
  /** Without the last line break. */
  readonly text: Text;
  readonly data: unknown;
  /** Set when the answer itself is the news of a failure: printed like a success, exits like the kind. */
  readonly outcome?: ErrorKind;
}

/** A text for programs: printed byte for byte, no path shortened and no command written anew. */
export interface Verbatim {
  readonly kind: "verbatim";
  readonly text: string;
  readonly data: unknown;
}

/** Bytes that are printed as they come, with `--json` and without. */
export interface Streamed {
  readonly kind: "stream";
  readonly stream: AsyncIterable<Uint8Array>;
}

/** Texts for people that are printed as they come, each as that of an {@link Answer}. */
export interface Lines {
  readonly kind: "lines";
  readonly lines: AsyncIterable<Words>;
  /** As of {@link Answer}; read when the last line was printed. */
  readonly outcome?: ErrorKind | undefined;
}

/** The exit code of another program, which has printed for itself. */
export interface Exit {
  readonly kind: "exit";
  readonly code: number;
}

/** A text with sequences for the terminal, every one of them made by this program. */
export interface TerminalText {
  readonly drawn: string;
}

/** Talk on the way to the reply; it goes to stderr, without what would steer a terminal. */
export interface Talk {
  /** Shows the user something; silent with `--quiet`. */
  readonly say: (text: Words | TerminalText) => void;
  /** Prints what you must know to go on, even with `--quiet`. */
  readonly insist: (text: Words | TerminalText) => void;
  /** Tells what went wrong although the command goes on. */
  readonly warn: (text: Words) => void;
  /** Shows how far a long work is, on one line that is drawn again; for terminals only. */
  readonly progress: (text: string) => void;
  /** The words as they would be printed, for what is laid out in lines or read elsewhere; `blank` is for commands. */
  readonly shown: (text: Words, blank?: string) => string;
  /** The words as JSON has them: as they are typed, with whole paths. */
  readonly typed: (text: Words) => string;
}

/** What a command is given besides its flags. */
export interface CommandContext {
  readonly system: System;
  readonly talk: Talk;
}

export type Command<
  Flags extends CommonFlags = CommonFlags,
  Args extends readonly unknown[] = readonly [],
> = (flags: Flags, context: CommandContext, ...args: Args) => Promise<Reply>;
