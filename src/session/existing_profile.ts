// The profile that a command names. Rule: it exists, or the error names those that do.

import { isProfileName, run } from "../base/words.ts";
import { CliError } from "../base/errors.ts";
import type { CommandContext, CommonFlags } from "../command.ts";
import {
  configDirectory,
  type ProfileLocation,
  profileLocation,
  profileNames,
} from "../settings/location.ts";
import { everyProfile } from "./every_profile.ts";
import { storeOf } from "./store_in_use.ts";

/** The name of the profile that is meant: the one that was typed, else the one in use. */
export function profileNamed(
  flags: CommonFlags,
  context: CommandContext,
  name: string | undefined,
): string {
  const chosen = name ?? profileLocation(flags, context.system).profile;
  if (isProfileName(chosen)) return chosen;
  throw new CliError("usage", `Cannot use the profile name "${chosen}"`, {
    next: "use a-z, 0-9, - and _, such as eu-test",
  });
}

/**
 * The place of a profile that is there, whole or damaged.
 *
 * @throws {CliError} `usage` when there is none of that name.
 */
export async function existingProfile(
  flags: CommonFlags,
  context: CommandContext,
  name?: string,
): Promise<ProfileLocation> {
  const profile = profileNamed(flags, context, name);
  const configDir = configDirectory(flags, context.system);
  const store = await storeOf({ configDir }, context);
  if ((await everyProfile(configDir, store)).includes(profile)) return { configDir, profile };
  const names = profileNames(configDir);
  throw new CliError("usage", `There is no profile ${profile}`, {
    next: run(names.length === 0 ? "login" : "profile list"),
    misspelled: { typed: profile, names },
  });
}
