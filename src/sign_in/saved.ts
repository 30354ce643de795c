// Keeps what a sign-in brought. Rule: tokens first, then the settings that go with them, under the
// profile's lock; whoever comes after finds both or neither new.

import type { User } from "../anaplan.ts";
import type { CommandContext } from "../command.ts";
import type { AuthorizationServer, OAuthClient } from "../oauth/wire.ts";
import { currentProfile, saveCurrentProfile, saveProfile } from "../profiles.ts";
import { saveOrRescue, storeOf } from "../session.ts";
import { savedSettings, type Settings } from "../settings.ts";
import type { TokenSet } from "../token_set.ts";

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

/** The login that was replaced, and the settings that went with it: where it can be ended. */
export interface Previous {
  readonly tokenSet: TokenSet;
  readonly settings: Settings;
}

/** Saves the tokens and the settings; returns the login that was replaced. */
export async function saveLogin(
  tokenSet: TokenSet,
  settings: Settings,
  context: CommandContext,
): Promise<Previous | undefined> {
  const { warn } = context.talk;
  const { configDir, profile, given } = settings;
  using login = await storeOf(settings, context).lock(profile);
  const settingsBefore = savedSettings(settings, context.system);
  const previous = await saveOrRescue(tokenSet, login, context.system);
  saveProfile(configDir, profile, given, warn);
  if (currentProfile(configDir) === undefined) saveCurrentProfile(configDir, "default", warn);
  if (tokenSet.refreshToken === undefined) {
    warn("the server gave no refresh token, so this login ends with its access token");
  }
  return previous && { tokenSet: previous, settings: settingsBefore };
}
