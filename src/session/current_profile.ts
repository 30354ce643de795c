// Changes which profile is used when none is named. Rule: under the lock of config.json.

import { readConfig } from "../files/config_fields.ts";
import { changeConfig, lockConfig } from "../files/config_file.ts";
import type { Clock } from "../files/lock_file.ts";
import type { Warn } from "../files/private_file.ts";
import { ifPossible } from "../base/errors.ts";
import { loadOrSetAside } from "../files/set_aside.ts";
import { currentProfile, profileNames } from "../settings/location.ts";

/** The name of the profile to use, `null` for none, or `undefined` to leave the present one. */
type Choice = string | null | undefined;

/** Chooses the profile that is used when none is named; `null` for none. */
export function saveCurrentProfile(configDir: string, name: string | null, warn: Warn): void {
  changeConfig(configDir, { currentProfile: name ?? undefined }, warn);
}

/**
 * Chooses the profile that is used when none is named, under the lock of that choice: what was chosen meanwhile
 * is seen. A damaged choice counts as none.
 *
 * @param choose gets the present choice.
 * @throws {CliError} `storage`, or what `choose` throws.
 */
export async function changeCurrentProfile(
  configDir: string,
  choose: (current: string | undefined) => Choice | Promise<Choice>,
  system: Clock,
  warn: Warn,
): Promise<void> {
  using _lock = await lockConfig(configDir, system);
  const { mayBeSealed } = await import("../store/sealing.ts");
  const load = (): string | undefined => currentProfile(configDir);
  if (mayBeSealed(configDir)) readConfig(configDir); // a damaged one may name the key, and is not set aside
  const chosen = await choose(await loadOrSetAside(load, warn));
  if (chosen !== undefined) saveCurrentProfile(configDir, chosen, warn);
}

/**
 * Chooses the profile that is used because it is the only one, before another one is saved beside it. A choice that
 * cannot be read is left alone.
 */
export async function keepProfileInUse(
  configDir: string,
  newName: string,
  system: Clock,
  warn: Warn,
): Promise<void> {
  const [only, ...others] = profileNames(configDir);
  if (only === undefined || others.length > 0 || only === newName) return;
  if (!ifPossible(() => currentProfile(configDir) === undefined)) return;
  await changeCurrentProfile(configDir, (current) => current ?? only, system, warn);
}
