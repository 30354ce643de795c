// Keeps what a sign-in brought. Rule: settings, then tokens, under the profile's lock; tokens that cannot be
// saved are put where they can be rescued from.

import type { User } from "../anaplan.ts";
import type { CommandContext } from "../command.ts";
import type { AuthorizationServer, OAuthClient } from "../oauth/wire.ts";
import { currentProfile } from "../place.ts";
import { loadProfile, type Profile, saveCurrentProfile, saveProfile } from "../profiles.ts";
import { orRescue, storeOf } from "../session.ts";
import type { Settings } from "../settings.ts";
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

/** The login that was replaced, and the profile that went with it: where it can be ended. */
export interface Previous {
  readonly tokenSet: TokenSet;
  readonly profile: Profile | undefined;
}

/** Saves the tokens and the settings; returns the login that was replaced. */
export async function saveLogin(
  tokenSet: TokenSet,
  settings: Settings,
  context: CommandContext,
): Promise<Previous | undefined> {
  const { configDir, profile: name, given } = settings;
  const { warn } = context.talk;
  const store = storeOf(settings, context);
  const profile = loadProfile(configDir, name);
  const previous = await orRescue(tokenSet, store.pathOf(name), context.system, async () => {
    using login = await store.lock(name);
    const replaced = login.load();
    // Settings first: a crash in between leaves a login with settings that reach further than it needs
    // (authorities are only added), never one without them. Its tokens know their own token endpoint.
    saveProfile(configDir, name, given, warn);
    login.save(tokenSet);
    return replaced;
  });
  if (currentProfile(configDir) === undefined) saveCurrentProfile(configDir, "default", warn);
  if (tokenSet.refreshToken === undefined) {
    warn("the server gave no refresh token, so this login ends with its access token");
  }
  return previous && { tokenSet: previous, profile };
}
