// The login that a new one replaces, and its end at the server. Rule: servers end the whole grant of a user and a
// client, so a login that shares it with one that is still in use is left alone, and so is one in doubt.

import { endLogin, fetchUser } from "../provider/provider.ts";
import type { CommandContext } from "../command.ts";
import { CliError, unlessFailed } from "../base/errors.ts";
import { storeOf } from "../session/store_in_use.ts";
import { loginCommand } from "../session/advice_in_use.ts";
import { type Settings, settingsOf } from "../settings/settings.ts";
import type { TokenSet } from "../oauth/token_set.ts";
import { isLoopbackHost, portOf } from "../base/urls.ts";
import type { SignedIn } from "./save_login.ts";

/** How long each question to the server may take, in milliseconds. */
const PATIENCE = 5_000;

/**
 * Ends the login that a new one replaced, best effort.
 *
 * @throws {CliError} `login_required` when the server ended the new login as well.
 */
export async function endPreviousLogin(
  { previous, tokenSet }: Pick<SignedIn, "previous" | "tokenSet">,
  settings: Settings,
  context: CommandContext,
): Promise<void> {
  if (previous === undefined || previous.tokenSet.movingTo !== undefined) return; // it may be in use elsewhere
  if (await isInUse(previous.tokenSet, tokenSet, settings, context)) return;
  const { system } = context;
  try {
    const before = settingsOf(previous.profile, settings, system); // where that login belongs
    await endLogin(previous.tokenSet, before, system, PATIENCE);
    await fetchUser(tokenSet, settings, system, PATIENCE);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    if (error.kind !== "login_required") return;
    throw new CliError(
      "login_required",
      "Cannot use the new login: the server ended it together with the previous one",
      { next: loginCommand(settings), cause: error },
    );
  }
}

/** Whether the new login, or one of another profile, may share the grant of the previous one. */
async function isInUse(
  previous: TokenSet,
  present: TokenSet,
  settings: Settings,
  context: CommandContext,
): Promise<boolean> {
  return await unlessFailed(async () => {
    const store = await storeOf(settings, context);
    const saved = await Promise.all((await store.names()).map((profile) => store.load(profile)));
    return [present, ...saved].some((login) => login !== undefined && mayShare(login, previous));
  }) ?? true; // one that cannot be read may be the one
}

function mayShare(login: TokenSet, previous: TokenSet): boolean {
  if (login.clientId !== previous.clientId) return false;
  if (login.issuer !== undefined && login.issuer === previous.issuer) return true;
  const [one, other] = [login.tokenEndpoint, previous.tokenEndpoint];
  return one === undefined || other === undefined || serverAt(one) === serverAt(other);
}

/** Host and port; this computer has many names (RFC 8252, section 7.3). */
function serverAt(endpoint: string): string {
  const url = new URL(endpoint);
  const host = isLoopbackHost(url.hostname) ? "localhost" : url.hostname.replace(/\.$/, "");
  return `${host}:${portOf(url)}`;
}
