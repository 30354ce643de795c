// Saves what a sign-in brings. Rule: the tokens first, then the settings that go with them.

import type { User } from "../anaplan.ts";
import type { CommandContext } from "../command.ts";
import { CliError, toCliError } from "../errors.ts";
import { grantAndSave } from "../grants.ts";
import type { Grant } from "../oauth/token_response.ts";
import type { AuthorizationServer, OAuthClient } from "../oauth/wire.ts";
import { currentProfile } from "../place.ts";
import { loadProfile, type Profile, saveCurrentProfile, saveProfile } from "../profiles.ts";
import { storeOf } from "../session.ts";
import { profileFor, type Settings } from "../settings.ts";
import { sameTokenSet, type TokenSet } from "../token_set.ts";

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
export interface SignedIn {
  readonly tokenSet: TokenSet;
  readonly previous: Previous | undefined;
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
  using login = await storeOf(settings, context).lock(name);
  const replaced = login.load();
  const profile = loadProfile(configDir, name);
  const saveMore = (): void => {
    try {
      saveProfile(configDir, name, mergedSettings(settings, loadProfile(configDir, name)), warn);
      if (currentProfile(configDir) === undefined) saveCurrentProfile(configDir, "default", warn);
    } catch (error) {
      throw settingsNotSaved(error);
    }
  };
  const tokenSet = await grantAndSave(login, ask, context, { isSignIn: true, saveMore });
  if (typeof tokenSet === "string") return tokenSet;
  if (tokenSet.refreshToken === undefined) {
    warn("the server gave no refresh token, so this login expires with its access token");
  }
  return { tokenSet, previous: replaced && { tokenSet: replaced, profile } };
}

/**
 * Keeps whose login it is where no id_token said so: from then on userinfo has to name the same user. That it
 * cannot be kept spoils no login.
 */
export async function keepSubject(
  tokenSet: TokenSet,
  subject: string,
  settings: Settings,
  context: CommandContext,
): Promise<void> {
  try {
    using login = await storeOf(settings, context).lock(settings.profile);
    const present = login.load();
    if (present && sameTokenSet(present, tokenSet)) login.save({ ...present, subject });
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    context.talk.warn(error.message);
  }
}

function settingsNotSaved(error: unknown): CliError {
  const { message, next = "check the disk" } = toCliError(error);
  return new CliError("storage", `The new tokens are saved, but not the settings: ${message}`, {
    next: `${next}; then anaplan-auth login`,
    cause: error,
  });
}

/** Fails before a person does anything when the result could not be saved. */
export async function assertCanSave(settings: Settings, context: CommandContext): Promise<void> {
  using login = await storeOf(settings, context).lock(settings.profile);
  login.prepare();
}

/** The profile as it is now, with what this sign-in was given: another command may have changed it since. */
function mergedSettings({ given, saved }: Settings, now: Profile | undefined): Profile {
  const before = profileFor(given, saved);
  const isOurs = ([name, value]: [string, unknown]): boolean =>
    JSON.stringify(value) !== JSON.stringify(before?.[name as keyof Profile]);
  return { ...profileFor(given, now), ...Object.fromEntries(Object.entries(given).filter(isOurs)) };
}
