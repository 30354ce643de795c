// Keeps what a sign-in brought. Rule: tokens first, then the settings that go with them, under the
// profile's lock; whoever comes after finds both or neither new.

import type { User } from "../anaplan.ts";
import type { CommandContext } from "../command.ts";
import type { AuthorizationServer, OAuthClient } from "../oauth/wire.ts";
import { currentProfile, saveCurrentProfile, saveProfile } from "../profiles.ts";
import { storeOf } from "../session.ts";
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
  /** The login that this one replaced. */
  readonly previous: TokenSet | undefined;
  readonly user: Promise<User | undefined>;
  readonly method: "loopback" | "paste" | "relay" | "device";
}

/** Saves the tokens and the settings; returns the login that was replaced. */
export async function saveLogin(
  tokenSet: TokenSet,
  settings: Settings,
  context: CommandContext,
): Promise<TokenSet | undefined> {
  const { warn } = context.talk;
  const { configDir, profile, given } = settings;
  using login = await storeOf(settings, context).lock(profile);
  const previous = login.load();
  login.save(tokenSet);
  saveProfile(configDir, profile, given, warn);
  if (currentProfile(configDir) === undefined) saveCurrentProfile(configDir, "default", warn);
  if (tokenSet.refreshToken === undefined) {
    warn("the server gave no refresh token, so this login ends with its access token");
  }
  return previous;
}
