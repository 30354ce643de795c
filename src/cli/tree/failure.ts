// What follows a command that failed: it is kept for `doctor`, and at a terminal a sign-in may help. Rule: loaded only
// then.

import type { CommandContext, Reply } from "../../command.ts";
import { CliError, reasonOf, toCliError } from "../../base/errors.ts";
import { recordFailure } from "../../session/failure.ts";
import type { System } from "../../system/contract.ts";
import type { ParsedCommand } from "./loading.ts";

/**
 * Keeps the failure, and tries the command again after a sign-in that the user wants.
 *
 * @throws {CliError} the failure, or that of the sign-in or of the second try.
 */
export async function afterFailure(
  error: CliError,
  argv: readonly string[],
  { flags, run }: ParsedCommand,
  context: CommandContext,
  isAtTerminal: boolean,
): Promise<Reply> {
  const failure = recordFailure(error, argv, flags, context.system);
  if (!isAtTerminal || argv[0] === "login") throw failure;
  const offer = await import("./offer.ts").catch(() => undefined);
  if (!await offer?.offerSignIn(failure, argv, flags, context)) throw failure;
  try {
    return await run(context);
  } catch (again) {
    throw recordFailure(toCliError(again), argv, flags, context.system);
  }
}

/** How long the signal of a terminal that has closed may take to come, in milliseconds. */
const HANG_UP_TIME = 100;

/** What there is to say when the answer cannot be written. A terminal that has closed also sends a signal, which ends it. */
export async function cannotWrite(
  error: unknown,
  system: Pick<System, "sleep">,
): Promise<CliError> {
  await system.sleep(HANG_UP_TIME);
  return new CliError("storage", `Cannot write the answer: ${reasonOf(error)}`, {
    next: "check where the output goes (a full disk?), then run the command again",
  });
}
