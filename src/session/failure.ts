// A command's failure as it is reported. Rule: loaded only when a command failed; every `Next:` that signs in names the
// profile that the command used.

import type { CommonFlags } from "../command.ts";
import type { CliError } from "../base/errors.ts";
import { saveFailure } from "../settings/last_failure.ts";
import { hasEnvironmentLogin, loadSettings, type Settings } from "../settings/settings.ts";
import { isShared } from "../store/logins.ts";
import type { System } from "../system/contract.ts";
import { forProfile } from "./advice_in_use.ts";

/** The failure of a command, for its profile, and kept for `doctor` if there is a configuration directory. */
export function recordFailure(
  error: CliError,
  [command = ""]: readonly string[],
  flags: CommonFlags,
  system: System,
): CliError {
  let settings: Settings;
  try {
    settings = loadSettings(flags, system);
    settings = { ...settings, isShared: isShared(settings.configDir, system) };
  } catch {
    return error; // it is about these very settings
  }
  const failure = forProfile(error, settings);
  const isKept = failure.kind !== "usage" && failure.kind !== "interrupted" && command !== "doctor";
  if (isKept && settings.profileExists && !hasEnvironmentLogin(settings)) {
    system.expectWrites();
    saveFailure(settings.configDir, settings.profile, command, failure, system.now());
  }
  return failure;
}
