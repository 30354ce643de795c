// Saves what a sign-in brings. Rule: no login is on the disk without the settings that lead to its servers, so
// these come first, under the same lock.

import { run, words } from "../base/words.ts";
import type { User } from "../provider/anaplan.ts";
import type { CommandContext } from "../command.ts";
import { CliError, toCliError } from "../base/errors.ts";
import { ifOpened } from "../files/set_aside.ts";
import { grantAndSave } from "../session/grants.ts";
import { onlyDefined } from "../base/json.ts";
import type { Grant } from "../oauth/token_response.ts";
import type { AuthorizationServer, OAuthClient } from "../oauth/wire.ts";
import { currentProfile } from "../settings/location.ts";
import { changeCurrentProfile } from "../session/current_profile.ts";
import { loadProfile, type Profile, saveProfile } from "../settings/profiles.ts";
import { storeOf } from "../session/store_in_use.ts";
import { BOUND_TO_PROVIDER, type Settings } from "../settings/settings.ts";
import { type SettingName, SETTINGS, typedName } from "../settings/table.ts";
import type { TokenSet } from "../oauth/token_set.ts";

/** What every way of signing in needs. */
export interface SignIn {
  readonly server: AuthorizationServer;
  readonly client: OAuthClient;
  /** What people call the other side, such as `Anaplan us1`. */
  readonly provider: string;
  /** Asks who signed in; that it cannot be said spoils no login. */
  readonly who: (tokenSet: TokenSet) => Promise<User | undefined>;
}

/** What every way of signing in comes to; the tokens are saved. */
export interface SignedIn extends SavedLogin {
  readonly user: Promise<User | undefined>;
  readonly method: "loopback" | "paste" | "relay" | "device";
}

/** The login that was replaced, and the profile that went with it: where it can be ended. */
export interface Previous {
  readonly tokenSet: TokenSet;
  readonly profile: Profile | undefined;
}

/** What a sign-in saved, and the login that it replaced. */
export interface SavedLogin {
  readonly tokenSet: TokenSet;
  readonly previous: Previous | undefined;
}

/**
 * Asks for the tokens of a sign-in and saves them with its settings, under the profile's lock.
 *
 * @param ask as for {@link grantAndSave}; what is no grant is passed on.
 * @throws {CliError} as {@link grantAndSave}.
 */
export async function saveLogin<Other extends string = never>(
  ask: () => Promise<Grant | Other>,
  settings: Settings,
  context: CommandContext,
): Promise<SavedLogin | Other> {
  const { configDir, profile: name } = settings;
  const { warn } = context.talk;
  await using login = await (await storeOf(settings, context)).lock(name);
  const replaced = await ifOpened(() => login.load()); // that it is not was said before you signed in
  const profile = loadProfile(configDir, name);
  let changed: readonly string[] = [];
  const saveMore = (): void => {
    try {
      const merged = mergedSettings(settings, loadProfile(configDir, name));
      saveProfile(configDir, name, merged.profile, warn);
      login.settings?.renew();
      changed = merged.lost.map((name) => `--${typedName(name)}`);
    } catch (error) {
      throw settingsNotSaved(error);
    }
  };
  const tokenSet = await grantAndSave(login, ask, context, { isSignIn: true, saveMore });
  if (typeof tokenSet === "string") return tokenSet;
  if (changed.length > 0) {
    const flags = changed.join(", ");
    warn(`the profile changed during this sign-in; ${flags} has the value of this sign-in again`);
  }
  if (currentProfile(configDir) === undefined) {
    await changeCurrentProfile(configDir, (now) => now ?? name, context.system, warn);
  }
  if (tokenSet.refreshToken === undefined) {
    warn("the server gave no refresh token, so this login expires with its access token");
  }
  return { tokenSet, previous: replaced && { tokenSet: replaced, profile } };
}

function settingsNotSaved(error: unknown): CliError {
  const { message, next = "check the disk" } = toCliError(error);
  return new CliError("storage", `The new tokens are saved, but not the settings: ${message}`, {
    next: words`${next}; then ${run("login")}`,
    cause: error,
  });
}

/** Fails before a person does anything when the result could not be saved. */
export async function assertCanSave(settings: Settings, context: CommandContext): Promise<void> {
  await using login = await (await storeOf(settings, context)).lock(settings.profile);
  await login.prepare();
}

/** The settings that say where a login is valid. */
const PLACE: readonly (keyof Profile)[] = ["issuer", "region", ...BOUND_TO_PROVIDER];

/**
 * The profile as it is now, since another command may have changed it while the sign-in waited. What the user gave
 * this sign-in counts, and so does where its tokens are valid: other servers would refuse them. `lost` is what that
 * command changed in vain.
 */
function mergedSettings(
  { given, saved, typed }: Settings,
  now: Profile | undefined,
): { readonly profile: Profile; readonly lost: readonly SettingName[] } {
  if (now === undefined) return { profile: given, lost: [] };
  const differ = (a: Profile | undefined, b: Profile | undefined) => (name: keyof Profile) =>
    JSON.stringify(a?.[name]) !== JSON.stringify(b?.[name]);
  const isOwn = (name: keyof Profile): boolean =>
    PLACE.includes(name) || typed?.[name] !== undefined || differ(given, saved)(name);
  const names = Object.keys({ ...now, ...given }) as (keyof Profile)[];
  const profile = onlyDefined(
    Object.fromEntries(names.map((name) => [name, (isOwn(name) ? given : now)[name]])),
  );
  const lost = names.filter(isOwn).filter(differ(now, saved)).filter(differ(now, given))
    .filter((name): name is SettingName => name in SETTINGS);
  return { profile, lost };
}
