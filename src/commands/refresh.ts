// refresh: a new access token, now.

import type { Answer, CommandContext, CommonFlags } from "../command.ts";
import { refreshedTokenSet, storedTokenSet } from "../session/session.ts";
import { settingsInUse } from "../session/store_in_use.ts";
import { type Settings } from "../settings/settings.ts";
import { clockTime, duration } from "../base/times.ts";
import { isFresh, type TokenSet } from "../oauth/token_set.ts";

/** Exchanges the refresh token, or says that another process has just done it. */
export async function refresh(
  flags: CommonFlags & { readonly ifExpiringWithin?: number },
  context: CommandContext,
): Promise<Answer<string>> {
  const settings = await settingsInUse(flags, context);
  const { ifExpiringWithin } = flags;
  if (ifExpiringWithin !== undefined) {
    const stored = await storedTokenSet(settings, context);
    if (isFresh(stored, context.system.now(), ifExpiringWithin)) {
      return reply("Not needed.", stored, false, settings, context);
    }
  }
  const { tokenSet, byUs, isPutBack } = await refreshedTokenSet(settings, context);
  const what = byUs
    ? "Refreshed."
    : isPutBack
    ? "An earlier command had refreshed the login."
    : "Another process has just refreshed the login.";
  return reply(what, tokenSet, byUs, settings, context);
}

function reply(
  what: string,
  tokenSet: TokenSet,
  refreshed: boolean,
  settings: Settings,
  { system }: CommandContext,
): Answer<string> {
  const now = system.now();
  const until = `${clockTime(tokenSet.expiresAt, now)} (${duration(tokenSet.expiresAt - now)})`;
  return {
    kind: "answer",
    text: `${what} The access token is valid until ${until}.`,
    data: {
      profile: settings.profile,
      refreshed,
      expires_at: new Date(tokenSet.expiresAt).toISOString(),
      refresh_token_rotated: refreshed && tokenSet.refreshTokenRotates === true,
    },
  };
}
