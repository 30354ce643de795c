// What follows a command that failed: it is kept for `doctor`, and at a terminal a sign-in may help. Rule: loaded only
// then.

import type { CommandContext, CommonFlags, Reply } from "../command.ts";
import { type CliError, toCliError } from "../base/errors.ts";
import { keepFailure } from "../settings/last_failure.ts";
import { hasEnvironmentLogin, loadSettings } from "../settings/settings.ts";
import type { Asked } from "./tree/loading.ts";

/**
 * Keeps the failure, and tries the command again after a sign-in that the person wants.
 *
 * @throws {CliError} the failure, or that of the sign-in or of the second try.
 */
export async function afterFailure(
  error: CliError,
  argv: readonly string[],
  { flags, run }: Asked,
  context: CommandContext,
  isAtTerminal: boolean,
): Promise<Reply> {
  remember(error, argv, flags, context);
  if (!isAtTerminal || argv[0] === "login") throw error;
  const { signedInOnOffer } = await import("./offer.ts");
  if (!await signedInOnOffer(error, argv, flags, context)) throw error;
  try {
    return await run(context);
  } catch (again) {
    remember(toCliError(again), argv, flags, context);
    throw again;
  }
}

/** Keeps what went wrong for `doctor`, where there is a configuration directory. */
function remember(
  error: CliError,
  [command = ""]: readonly string[],
  flags: CommonFlags,
  { system }: CommandContext,
): void {
  if (error.kind === "usage" || error.kind === "interrupted" || command === "doctor") return;
  try {
    const settings = loadSettings(flags, system);
    const { configDir, profile, profileExists } = settings;
    if (profileExists && !hasEnvironmentLogin(settings)) {
      system.expectWrites();
      keepFailure(configDir, profile, command, error, system.now());
    }
  } catch {
    // settings that cannot be read are what the error is about
  }
}
