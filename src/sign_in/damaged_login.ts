// What is damaged of a profile, moved out of the way of a login. Rule: before the user does anything, so
// that a file of a newer version stops the login first.

import type { CommandContext, CommonFlags } from "../command.ts";
import { unlessFailed } from "../base/errors.ts";
import { configDirectory, currentProfile, profileLocation } from "../settings/location.ts";
import { changeCurrentProfile } from "../session/current_profile.ts";
import { loadProfile } from "../settings/profiles.ts";
import { storeOf } from "../session/store_in_use.ts";
import { loadOrSetAside } from "../files/set_aside.ts";

/** Moves each damaged file of the profile to `.bad`, and says so. */
export async function setAsideDamaged(flags: CommonFlags, context: CommandContext): Promise<void> {
  const { system, talk: { warn } } = context;
  const configDir = configDirectory(flags, system);
  if (await isDamaged(() => currentProfile(configDir))) {
    await changeCurrentProfile(configDir, () => undefined, system, warn);
  }
  const { profile } = profileLocation(flags, system);
  const store = await storeOf({ configDir }, context);
  const loads = [() => loadProfile(configDir, profile), () => store.load(profile)];
  if (!(await Promise.all(loads.map(isDamaged))).includes(true)) return;
  await using _lock = await store.lock(profile); // another process may have replaced them in the meantime
  for (const load of loads) await loadOrSetAside<unknown>(load, warn);
}

async function isDamaged(load: () => unknown): Promise<boolean> {
  let isDamaged = false;
  await unlessFailed(load, ({ damagedFile, code }) => {
    return isDamaged = damagedFile !== undefined || code === "row_not_opened";
  });
  return isDamaged;
}
