// Runs a request with a valid access token. Rule: a service that rejects the token is asked once more, with a new one.

import { words } from "../base/words.ts";
import type { CommandContext } from "../command.ts";
import { CliError } from "../base/errors.ts";
import { freshTokenSet, replaceRejected } from "./session.ts";
import { storeInUse } from "./store_in_use.ts";
import { forProfile, loginCommand } from "./advice_in_use.ts";
import type { Settings } from "../settings/settings.ts";
import type { TokenSet } from "../oauth/token_set.ts";
import { canRefresh, sameTokenSet } from "../oauth/token_sets.ts";

/**
 * Runs `use` with a valid access token; when a service still rejects the token, refreshes once
 * and tries once more, then gives up honestly.
 */
export async function withFreshTokenSet<T>(
  settings: Settings,
  context: CommandContext,
  use: (tokenSet: TokenSet) => Promise<T>,
): Promise<T> {
  const tokenSet = await freshTokenSet(settings, context);
  try {
    return await use(tokenSet);
  } catch (error) {
    if (!isRejection(error)) throw forProfile(error, settings);
    if (!canRefresh(tokenSet)) throw await markLoginEnded(tokenSet, error, settings, context);
  }
  const replaced = await replaceRejected(tokenSet, settings, context);
  try {
    return await use(replaced);
  } catch (error) {
    throw forProfile(
      isRejection(error) ? await newTokenRejectedError(error, settings) : error,
      settings,
    );
  }
}

function isRejection(error: unknown): error is CliError {
  return error instanceof CliError && error.kind === "login_required" && error.code === undefined;
}

/** The rejection of a token that was refreshed right before: the login works, but not there. */
async function newTokenRejectedError(error: CliError, settings: Settings): Promise<CliError> {
  const message = `${error.message}, although it is new`;
  if (settings.issuer !== undefined) return error.with({ message });
  const { inOtherRegion } = await import("../provider/authorization_server.ts");
  const region = inOtherRegion(settings);
  return error.with({
    message,
    next: words`${region}; tokens of one region are not valid in another`,
  });
}

/** Marks a login whose access token was rejected and that cannot be refreshed, and says that you are signed out. */
async function markLoginEnded(
  tokenSet: TokenSet,
  error: CliError,
  settings: Settings,
  context: CommandContext,
): Promise<CliError> {
  const [{ markEnded, withoutAccess }, { signedOut, signedOutSentence }] = await Promise.all([
    import("./ended_login.ts"),
    import("./expiry.ts"),
  ]);
  const store = await storeInUse(settings, context);
  await using login = await store.lock(settings.profile);
  const ended = withoutAccess({ endedBy: "HTTP 401", ...tokenSet }, context);
  if (sameTokenSet(await login.load(), tokenSet)) await markEnded(ended, login, context);
  const out = signedOut(ended, settings, context.system.now());
  if (out === undefined) return error;
  const message = signedOutSentence(out, settings.profile);
  return new CliError("login_required", message, { next: loginCommand(settings) });
}
