// Whether there is a login to begin with, for what runs for long. Rule: no server is asked.

import type { CommandContext } from "../command.ts";
import { isFresh } from "../oauth/token_set.ts";
import { canRefresh } from "../oauth/token_sets.ts";
import type { Settings } from "../settings/settings.ts";
import { signedOut } from "./expiry.ts";
import { signedOutError } from "./messages.ts";
import { otherServer } from "./other_server.ts";
import { storedTokenSet } from "./session.ts";

/** @throws {CliError} `login_required` when there is no login, or one that gives no token for these settings. */
export async function assertUsableLogin(
  settings: Settings,
  context: CommandContext,
): Promise<void> {
  const tokenSet = await storedTokenSet(settings, context, true);
  const now = context.system.now();
  const out = signedOut(tokenSet, settings, now);
  const hasToken = isFresh(tokenSet, now) || canRefresh(tokenSet);
  if (!hasToken && out !== undefined) throw signedOutError(out, settings);
  const other = otherServer(tokenSet, settings);
  if (other !== undefined) throw other;
}
