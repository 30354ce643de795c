// Keeps what went wrong for `doctor`. Rule: loaded only when something did.

import type { CommandContext, CommonFlags } from "../command.ts";
import type { CliError } from "../base/errors.ts";
import { keepFailure } from "../settings/last_failure.ts";
import { hasEnvironmentLogin, loadSettings } from "../settings/settings.ts";

/** Keeps the failure of a command, where there is a configuration directory. */
export function remember(
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
