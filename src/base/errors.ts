// The one error that commands throw, and the one table from its kind to the exit code. Rule: a message
// says what could not be done and why; `next` says what to type.

import { shell, type Words } from "./words.ts";

/** What kind of failure it is; scripts see it as `error.kind` in JSON and as the exit code. */
export type ErrorKind =
  | "internal"
  | "usage"
  | "login_required"
  | "denied"
  | "timeout"
  | "unavailable"
  | "storage"
  | "api"
  | "interrupted";

/** The exit code of each kind. */
export const EXIT_CODES: Readonly<Record<ErrorKind, number>> = {
  internal: 1,
  usage: 2,
  login_required: 3,
  denied: 4,
  timeout: 5,
  unavailable: 6,
  storage: 7,
  api: 8,
  interrupted: 130,
};

/** Failures that another place must recognize. */
export type ErrorCode =
  /** The server gave new tokens, and they are not in their place on the disk. */
  | "not_saved"
  /** The login belongs to other servers than the one that was to be asked. */
  | "other_server"
  /** A 2xx broke off before the tokens that the server may have issued. */
  | "answer_cut"
  /** A signal wanted the program to end while new tokens arrived. */
  | "stopped_late"
  /** A certificate is out of date, or the clock is off. */
  | "clock"
  /** A sealed text does not open with the key that is in hand. */
  | "not_opened"
  /** The same of a login in a store that several computers use. */
  | "row_not_opened"
  /** Other users can open a file of ours. */
  | "open_to_others"
  /** A newer version of the program wrote a file, which this one leaves as it is. */
  | "newer_version";

/** A name that was typed and does not exist, and the names that do. */
export interface Misspelled {
  readonly typed: string;
  readonly names: readonly string[];
  /** The flag to give one of them with, when the name was not typed. */
  readonly flag?: string;
}

/** What is known about a failure besides its message. */
export interface CliError {
  readonly code?: ErrorCode;
  readonly next?: Words;
  /** Lines below `next`, for people: what else may help. */
  readonly more?: string;
  /** Why, without what could not be done. */
  readonly reason?: string;
  /** The OAuth error code that a server answered with (RFC 6749, sections 4.1.2.1 and 5.2). */
  readonly oauthError?: string;
  /** For `unavailable`: the request may have reached the server, only the answer is missing. */
  readonly answerLost: boolean;
  /** With `answerLost`: time was up, so the answer may still have been on its way. */
  readonly timedOut: boolean;
  /** With `answerLost`: the connection was cut, so no more of the answer comes. */
  readonly isCut?: boolean;
  /** With `answerLost`: the part of the answer that arrived, when that is asked for. */
  readonly arrived?: Response;
  readonly misspelled?: Misspelled;
  /** For `storage`: a file of ours that cannot be understood. */
  readonly damagedFile?: string;
}

/** The same, as it is given to an error; and what was thrown before it. */
export type ErrorDetails = Partial<Omit<CliError, "kind" | "with" | keyof Error>> & ErrorOptions;

/** A failure that a person can understand: two lines and an exit code. */
export class CliError extends Error {
  override readonly name = "CliError";

  constructor(readonly kind: ErrorKind, message: string, details: ErrorDetails = {}) {
    super(message, details);
    Object.assign(this, { answerLost: false, timedOut: false }, details);
  }

  /** The same failure, about which more is known. */
  with({ message = this.message, ...details }: ErrorDetails & { message?: string }): CliError {
    return Object.assign(new CliError(this.kind, message, this), details);
  }
}

/**
 * Any thrown value as a CliError; what is not one already is a bug, and says so. Of a failure and a signal
 * (see `System.holdSignals`), the failure counts: the user has to read it.
 */
export function toCliError(thrown: unknown): CliError {
  if (thrown instanceof CliError) return thrown;
  if (thrown instanceof SuppressedError) return toCliError(thrown.suppressed);
  const reason = reasonOf(thrown);
  if (/os error 24/.test(reason)) {
    return new CliError("storage", "Cannot open more files", {
      next: shell("ulimit -n 1024"),
      cause: thrown,
    });
  }
  return new CliError("internal", `Something went wrong inside anaplan-auth: ${reason}`, {
    next: "run the same command with --verbose, and report what it prints",
    cause: thrown,
  });
}

/** What a thrown value says. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** What work gives, or nothing when it fails. */
export function ifPossible<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** What work gives, or nothing after a failure that is expected. @throws what is no CliError, or not expected. */
export async function unlessFailed<T>(
  work: () => T | Promise<T>,
  isExpected: (error: CliError) => boolean = () => true,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CliError && isExpected(error)) return undefined;
    throw error;
  }
}
