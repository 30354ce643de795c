// Keeps with a login who the user is, so that `status` can say it without the network. Rule: best effort; a name that
// cannot be kept spoils no command.

import type { CommandContext } from "../command.ts";
import { CliError } from "../base/errors.ts";
import { onlyDefined } from "../base/json.ts";
import type { User } from "../provider/anaplan.ts";
import { fetchUser, type NamedUser } from "../provider/provider.ts";
import { hasEnvironmentLogin, type Settings } from "../settings/settings.ts";
import type { TokenSet } from "../oauth/token_set.ts";
import { sameTokenSet } from "../oauth/token_sets.ts";
import { withFreshTokenSet } from "./services.ts";
import { storeOf } from "./store_in_use.ts";

/** The saved user, in the form that a sentence needs; `undefined` when neither name nor address is known. */
export function savedUser({ name = "", email = "" }: TokenSet): NamedUser | undefined {
  return name || email ? { firstName: name, lastName: "", email, id: "" } : undefined;
}

/**
 * Asks the provider who you are, with a token that is refreshed first when it is stale, and keeps the answer.
 *
 * @throws {CliError} as {@link withFreshTokenSet} and {@link fetchUser}.
 */
export async function fetchAndSaveUser(settings: Settings, context: CommandContext): Promise<User> {
  return await withFreshTokenSet(settings, context, async (tokenSet) => {
    const user = await fetchUser(tokenSet, settings, context.system);
    await saveUser(tokenSet, user, settings, context);
    return user;
  });
}

/**
 * Keeps what the provider says about the user, if it is new and no other login has replaced this one.
 *
 * @param subject the user id that userinfo has to name from now on (OpenID Connect Core 1.0, section 5.3.2).
 */
export async function saveUser(
  tokenSet: TokenSet,
  { firstName, lastName, email }: User,
  settings: Settings,
  context: CommandContext,
  subject = tokenSet.subject,
): Promise<void> {
  const name = `${firstName} ${lastName}`.trim();
  const kept: Partial<TokenSet> = onlyDefined({ name, email, subject });
  const isNew = name !== tokenSet.name || email !== tokenSet.email ||
    subject !== tokenSet.subject;
  if (!isNew || hasEnvironmentLogin(settings)) return;
  try {
    await using login = await (await storeOf(settings, context)).lock(settings.profile);
    const present = await login.load();
    if (present && sameTokenSet(present, tokenSet)) await login.save({ ...present, ...kept });
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    if (subject !== tokenSet.subject) context.talk.warn(error.message); // later commands rely on it
  }
}
