// What is damaged of a profile, moved out of the way of a login. Rule: before the user does anything, so
// that a file of a newer version stops the login first.

import type { CommandContext, CommonFlags } from "../command.ts";
import { CliError } from "../errors.ts";
import { configDirectory, currentProfile, placeOf } from "../place.ts";
import { loadProfile } from "../profiles.ts";
import { storeOf } from "../session.ts";
import { orSetAside } from "../set_aside.ts";

/** Moves each damaged file of the profile to `.bad`, and says so. */
export async function setAsideDamaged(flags: CommonFlags, context: CommandContext): Promise<void> {
  const { warn } = context.talk;
  const configDir = configDirectory(flags, context.system);
  orSetAside(() => currentProfile(configDir), warn);
  const { profile } = placeOf(flags, context.system);
  orSetAside(() => loadProfile(configDir, profile), warn);
  const store = storeOf({ configDir }, context);
  try {
    store.load(profile);
  } catch (error) {
    if (!(error instanceof CliError) || error.damagedFile === undefined) throw error;
    using login = await store.lock(profile);
    orSetAside(() => login.load(), warn); // another process may have replaced it in the meantime
  }
}
