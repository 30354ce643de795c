// What is asked on a terminal, as types: the part of the contract about the user at the keyboard.
// Rule: types only.

/** What is drawn around a line that a person types. */
export interface LinePrompt {
  /** The lines above, drawn again every second; it gets the number of columns. */
  readonly above?: (columns: number) => string;
  readonly prompt: string;
  /** Something else may also end the wait, which goes on when the terminal has hung up. */
  readonly isOneOfSeveral?: boolean;
  /** Ends the wait; the promise is then rejected with its reason. */
  readonly signal: AbortSignal;
}

/** One of several answers to choose from. */
export interface Choice {
  readonly value: string;
  readonly note: string;
}

export interface AnsweredQuestion {
  readonly text: string;
  readonly shown: string;
}

/** A question to a person; every one of them can be left backwards. */
export interface Question {
  /** What was asked and answered before, shown above it. */
  readonly above?: readonly AnsweredQuestion[];
  /** It is about what is above, which is said again where it does not stay in sight. */
  readonly recap?: boolean;
  readonly text: string;
  /** Shown under it while it is asked. */
  readonly hint?: string;
  /** The answer that Enter alone gives. */
  readonly initial?: string;
  /** Shows no typed character. */
  readonly hidden?: boolean;
  /** What can be chosen; typing searches. */
  readonly choices?: readonly Choice[];
  /** The choices that a text means without containing them, and why there are several; `undefined` for any other text. */
  readonly meant?: (
    typed: string,
  ) => { readonly values: readonly string[]; readonly note: string | undefined } | undefined;
  /** Whether another answer than the choices may be typed. */
  readonly open?: boolean;
  /** What keeps an answer from being one, in words. */
  readonly problem?: (answer: string) => string | undefined;
  /** The answer as it stays on the screen, below what is above; without it, nothing stays. */
  readonly shown?: (answer: string) => string | undefined;
  /** No color, whatever the terminal can show. */
  readonly plain?: boolean;
  /** Ends the wait; the promise is then rejected with its reason. */
  readonly signal: AbortSignal;
}

/** The user's side: which streams are terminals, and what they type. */
export interface Terminal {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  /** Whether lines can be drawn over and colored; not so on a dumb terminal and in CI's logs. */
  readonly canDraw: boolean;
  /**
   * Reads one line from a terminal; leaves the terminal as it was.
   *
   * @throws {CliError} `interrupted` when nothing can be typed any more, unless something else may end the wait.
   */
  readLine(prompt: LinePrompt): Promise<string>;
  /** Reads the first line of stdin when that is a pipe or a file; `undefined` when it has ended. */
  readPipe(signal: AbortSignal): Promise<string | undefined>;
  /**
   * Asks one question; for terminals only, and leaves them as they were.
   *
   * @returns the answer without blanks around it; `undefined` when the user wants to go back.
   * @throws {CliError} `interrupted` by Ctrl-C.
   */
  ask(question: Question): Promise<string | undefined>;
  /** How wide and how high the terminal is, if stdout or stderr is one. */
  columns(): number | undefined;
  rows(): number | undefined;
}
