// Marks a login that the server rejected. Rule: its file stays, since `refresh` may ask once more (a password reset can
// revive a login).

import type { CommandContext } from "../command.ts";
import { orWarn } from "../base/attempts.ts";
import type { LockedLogin } from "../store/locked_login.ts";
import type { TokenSet } from "../oauth/token_set.ts";

/** The login without its access token, which a service rejected: it counts as expired now. */
export function withoutAccess(tokenSet: TokenSet, { system }: CommandContext): TokenSet {
  const now = system.now();
  return { endedAt: now, ...tokenSet, expiresAt: Math.min(tokenSet.expiresAt, now) };
}

/** Saves the mark, which spares the server automatic retries. */
export async function markEnded(
  ended: TokenSet,
  login: LockedLogin,
  { talk }: CommandContext,
): Promise<void> {
  await orWarn(
    () => login.save(ended),
    "the next command will ask the server once more",
    talk.warn,
  );
}
