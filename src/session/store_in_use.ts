// The settings and the login store of a command, also on a computer that has no settings of its own yet. Rule: a shared
// store is asked for settings only while none of the profile are here.

import type { CommandContext, CommonFlags } from "../command.ts";
import { CliError } from "../base/errors.ts";
import type { TokenSet } from "../oauth/token_set.ts";
import { canRefresh } from "../oauth/token_sets.ts";
import { profileLocation, profileNames } from "../settings/location.ts";
import { profileIn } from "../settings/profiles.ts";
import {
  hasEnvironmentLogin,
  loadSettings,
  type SettingFlags,
  type Settings,
} from "../settings/settings.ts";
import type { LoginStore } from "../store/locking.ts";
import { isShared, storeIn } from "../store/logins.ts";

/** Brings a profile's settings from a shared store, while none of them are here. */
export async function bringMissingSettings(
  flags: CommonFlags,
  context: CommandContext,
): Promise<void> {
  const { configDir, profile } = profileLocation(flags, context.system);
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
  if (hasEnvironmentLogin(settings) || !isShared(configDir, system)) return settings;
  if (profileExists) return { ...settings, isShared: true };
  const store = await storeOf(settings, context);
  const brought = await store.bringSettings?.(profile);
  return brought === undefined ? settings : loadSettings(flags, system, profileIn(brought));
}

/**
 * The settings' login in their store. Before it counts as missing, damaged or ended, tokens that wait for their place
 * are put there; a login that can be refreshed is read without a lock.
 *
 * @throws {CliError} `storage` as {@link LoginStore.load}, or when there are only tokens that cannot be read.
 */
export async function loginInUse(
  settings: Settings,
  store: LoginStore,
  isCopyEnough = false,
): Promise<TokenSet | undefined> {
  const { profile } = settings;
  if (hasEnvironmentLogin(settings)) return await store.load(profile);
  try {
    const stored = await store.load(profile, isCopyEnough);
    if (stored !== undefined && canRefresh(stored)) return stored;
  } catch (error) {
    if (!(error instanceof CliError) || error.damagedFile === undefined) throw error;
  }
  if (!await store.mayWait(profile)) return await store.load(profile);
  await using login = await store.lock(profile);
  const present = await login.load();
  if (present === undefined && login.lost !== undefined) throw login.lost;
  return present;
}

/**
 * As {@link loginInUse}; tokens that wait for their place are put there also when the login before them is whole.
 *
 * @throws {CliError} `storage` also when they cannot be read: then no command can refresh the login.
 */
export async function settledLogin(
  settings: Settings,
  store: LoginStore,
): Promise<TokenSet | undefined> {
  const { profile } = settings;
  if (!hasEnvironmentLogin(settings) && await store.mayWait(profile)) {
    await using login = await store.lock(profile);
    if (login.lost !== undefined) throw login.lost;
  }
  return await loginInUse(settings, store);
}

/** Where the settings' login is: in their configuration directory, or in the environment alone. */
export async function storeInUse(settings: Settings, context: CommandContext): Promise<LoginStore> {
  if (!hasEnvironmentLogin(settings)) return await storeOf(settings, context);
  return await (await import("./environment.ts")).environmentStore(settings, context);
}

export async function storeOf(
  settings: Pick<Settings, "configDir">,
  context: CommandContext,
): Promise<LoginStore> {
  return await storeIn(settings.configDir, context.system, context.talk.warn);
}
