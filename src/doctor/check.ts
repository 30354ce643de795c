// What a check of `doctor` comes to. Rule: seen first, then what to do; never a secret, since people paste
// it into support tickets.

import type { Words } from "../base/words.ts";
import { type CliError, type ErrorKind, toCliError } from "../base/errors.ts";
import { withNearNames } from "../base/near_names.ts";

export interface Check {
  readonly name: string;
  readonly mark: "ok" | "warning" | "problem" | "skipped" | "note";
  readonly seen: string;
  readonly next?: Words | undefined;
  /** For a problem: the exit code that it means. */
  readonly kind?: ErrorKind;
}

/** Everything is as it should be. */
export function ok(name: string, seen: string): Check {
  return { name, mark: "ok", seen };
}

/** It works, but you should know. */
export function warning(name: string, seen: string, next?: Words): Check {
  return { name, mark: "warning", seen, next };
}

/** It does not work. */
export function problem(name: string, kind: ErrorKind, seen: string, next?: Words): Check {
  return { name, mark: "problem", kind, seen, next };
}

/** It was not looked at, since something that it needs does not work. */
export function skippedCheck(name: string, needed: string): Check {
  return { name, mark: "skipped", seen: `skipped: it needs ${needed}` };
}

/** It is neither right nor wrong, but may explain what is. */
export function note(name: string, seen: string): Check {
  return { name, mark: "note", seen };
}

/** The finding that an error amounts to. */
export function failedCheck(name: string, thrown: unknown): Check {
  const error: CliError = withNearNames(toCliError(thrown));
  return problem(name, error.kind, error.message, error.next);
}

/** What a check finds; what keeps it from its end is a finding as well. */
export async function foundBy<Found>(
  name: string,
  look: () => Found | Promise<Found>,
): Promise<Found | Check> {
  try {
    return await look();
  } catch (error) {
    return failedCheck(name, error);
  }
}
