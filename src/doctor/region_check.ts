// Whether the API accepts the login. Rule: the one check that uses the token; it refreshes only a login that should have
// expired, since no one but the server knows whether it has.

import { placeName } from "../provider/authorization_server.ts";
import { fetchUser } from "../provider/provider.ts";
import type { CommandContext } from "../command.ts";
import { CliError, unlessFailed } from "../base/errors.ts";
import { isDoubtful } from "../session/expiry.ts";
import { freshTokenSet } from "../session/session.ts";
import { storeOf } from "../session/store_in_use.ts";
import { otherServer } from "../session/other_server.ts";
import { loginCommand } from "../session/advice_in_use.ts";
import { hasEnvironmentLogin, type Settings } from "../settings/settings.ts";
import { isFresh } from "../oauth/token_set.ts";
import { type Check, failedCheck, ok, problem, skippedCheck } from "./check.ts";

/** How long the API may be silent, in milliseconds. */
const PATIENCE = 8_000;

/**
 * Asks the region's API with the present access token, or with a new one when the login should have expired. Without a
 * token there is nothing to say.
 *
 * @param api the origin that is asked.
 * @param silent the origins that are known not to answer.
 */
export async function regionCheck(
  settings: Settings,
  context: CommandContext,
  api: string,
  silent: readonly string[],
): Promise<Check | undefined> {
  const { system } = context;
  const name = settings.issuer === undefined ? "Region" : "Access token";
  if (hasEnvironmentLogin(settings)) return undefined; // asking would cost a refresh
  const store = await unlessFailed(() => storeOf(settings, context));
  const login = await unlessFailed(() => store?.load(settings.profile)); // else the problem of another check
  const isOld = login !== undefined && isDoubtful(login, settings, system.now());
  const isAsked = login !== undefined && login.endedBy === undefined &&
    (isOld || isFresh(login, system.now(), 0));
  if (!isAsked || otherServer(login, settings) !== undefined) return undefined; // the check of the login says why
  const issuedAt = isOld && login.tokenEndpoint !== undefined
    ? [new URL(login.tokenEndpoint).origin]
    : [];
  const missing = [api, ...issuedAt].find((origin) => silent.includes(origin));
  if (missing !== undefined) return skippedCheck(name, new URL(missing).host);
  try {
    const tokenSet = isOld ? await freshTokenSet(settings, context) : login;
    await fetchUser(tokenSet, settings, system, PATIENCE);
    return ok(name, `${placeName(settings)} accepts the access token`);
  } catch (error) {
    const isRejected = error instanceof CliError && error.kind === "login_required" && !error.code;
    if (!isRejected) return failedCheck(name, error);
    if (error.oauthError !== undefined) return undefined; // it is with the login by now
    const seen = `${placeName(settings)} rejected the access token (profile ${settings.profile})`;
    return problem("Login", error.kind, seen, loginCommand(settings));
  }
}
