// logout: ends the login here and at Anaplan.

import { endSession } from "../anaplan.ts";
import type { CommandContext, CommonFlags, Reply } from "../command.ts";
import { CliError } from "../errors.ts";
import { loginCommand, missingProfile, storeOf } from "../session.ts";
import { loadSettings, type Settings } from "../settings.ts";
import { clockTime } from "../text.ts";
import { isFresh, type TokenSet } from "../token_set.ts";

/** Removes the login from the disk, even when Anaplan cannot be reached, and asks Anaplan to end it. */
export async function logout(flags: CommonFlags, context: CommandContext): Promise<Reply> {
  const settings = loadSettings(flags, context.system);
  await assertKnown(settings, context);
  const removed = await removeLogin(settings, context);
  const ended = removed !== undefined && await endAtServer(removed, settings, context);
  const data = {
    profile: settings.profile,
    removed: removed !== undefined,
    server_session_ended: ended,
  };
  if (removed === undefined) {
    return { text: `Nobody was signed in (profile ${settings.profile}).`, data };
  }
  const what = ended
    ? `Signed out, here and at Anaplan (profile ${settings.profile}).`
    : `Signed out here (profile ${settings.profile}).`;
  return { text: `${what}\n${whatMayLive(removed, ended, context.system.now())}`, data };
}

/** A slip in the profile's name must not look like a login that is gone. */
async function assertKnown(settings: Settings, context: CommandContext): Promise<void> {
  if (storeOf(settings, context).load(settings.profile) !== undefined) return;
  const missing = await missingProfile(settings);
  if (missing === undefined) return;
  throw new CliError("login_required", `Cannot sign out: ${missing}`, {
    next: loginCommand(settings),
  });
}

async function removeLogin(
  settings: Settings,
  context: CommandContext,
): Promise<TokenSet | undefined> {
  const store = storeOf(settings, context);
  if (store.load(settings.profile) === undefined) return undefined;
  using login = await store.lock(settings.profile); // a refresh that is under way is waited for
  const tokenSet = login.load();
  login.remove();
  return tokenSet;
}

async function endAtServer(
  tokenSet: TokenSet,
  settings: Settings,
  { system, talk }: CommandContext,
): Promise<boolean> {
  if (!isFresh(tokenSet, system.now(), 0)) return false; // an ended token cannot authorize its own end
  try {
    return await endSession(tokenSet.accessToken, settings, system);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    talk.warn(`Anaplan could not be told: ${error.message}`);
    return false;
  }
}

/** One honest sentence about what the server may still accept; what it does is not documented. */
function whatMayLive(tokenSet: TokenSet, ended: boolean, now: number): string {
  const parts = [
    ...(!ended && isFresh(tokenSet, now, 0)
      ? [`the access token until ${clockTime(tokenSet.expiresAt, now)}`]
      : []),
    ...(tokenSet.refreshToken === undefined || tokenSet.endedBy !== undefined
      ? []
      : ["the refresh token until it ends by itself; no copy of it is left here"]),
  ];
  return parts.length === 0
    ? "Nothing of it is valid any more."
    : `Anaplan may still honour ${parts.join(", and ")}.`;
}
