// The settings of a command, also on a computer that has none of its own yet. Rule: a shared store is asked for them
// only while no settings of the profile are here.

import type { CommandContext, CommonFlags } from "../command.ts";
import { placeOf, profileNames } from "../settings/location.ts";
import {
  hasEnvironmentLogin,
  loadSettings,
  type SettingFlags,
  type Settings,
} from "../settings/settings.ts";
import { isShared } from "../store/logins.ts";
import { storeOf } from "./session.ts";

/** Brings a profile's settings from a shared store, while none of them are here. */
export async function bringMissingSettings(
  flags: CommonFlags,
  context: CommandContext,
): Promise<void> {
  const { configDir, profile } = placeOf(flags, context.system);
  if (!isShared(configDir, context.system) || profileNames(configDir).includes(profile)) return;
  await (await storeOf({ configDir }, context)).bringSettings?.(profile);
}

/** As {@link loadSettings}. @throws {CliError} also when a store that is needed cannot be reached. */
export async function settingsInUse(
  flags: SettingFlags,
  context: CommandContext,
): Promise<Settings> {
  const { system } = context;
  const settings = loadSettings(flags, system);
  const { configDir, profile, profileExists } = settings;
  const isHere = profileExists || hasEnvironmentLogin(settings) || !isShared(configDir, system);
  if (isHere) return settings;
  const store = await storeOf(settings, context);
  return await store.bringSettings?.(profile) ? loadSettings(flags, system) : settings;
}
