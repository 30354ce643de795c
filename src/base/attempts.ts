// What is done about work that failed, where the program goes on or asks to be run again. Rule: apart from the error
// itself, since a start that goes well needs none of it.

import { CliError, ifPossible, toCliError } from "./errors.ts";

/** What to do about a failure that time may end. */
export const IN_A_MINUTE = "try the same command again in a minute";

/** Why a server cannot be used at the moment. */
export function cannotUseNow(url: string, reason: string): CliError {
  const message = `Cannot use ${new URL(url).host} now: ${reason}`;
  return new CliError("unavailable", message, { next: IN_A_MINUTE });
}

/** Whether work was done without an error. */
export function succeeds(work: () => void): boolean {
  return ifPossible(() => (work(), true)) ?? false;
}

/** Does what nothing else depends on: a failure is a warning, with what follows from it; whether it worked. */
export async function orWarn(
  work: () => void | Promise<void>,
  consequence: string,
  warn: (text: string) => void,
): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    warn(`${error.message}; ${consequence}`);
    return false;
  }
}

/**
 * Does the work for each item, also after a failure: it must not keep the others as they are.
 *
 * @returns the first failure.
 */
export async function forEachOf<T>(
  items: Iterable<T>,
  work: (item: T) => Promise<void>,
): Promise<CliError | undefined> {
  let failure: CliError | undefined;
  for (const item of items) await work(item).catch((error) => failure ??= toCliError(error));
  return failure;
}
