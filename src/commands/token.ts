// token: a valid access token and nothing else. The one command whose answer is a secret.

import type { TokenScheme } from "../provider/belonging.ts";
import type { CommandContext, CommonFlags, Verbatim } from "../command.ts";
import { unlessFailed } from "../base/errors.ts";
import { profileLocation } from "../settings/location.ts";
import { plainLogin } from "../store/fresh_login.ts";
import { isFresh, type TokenSet } from "../oauth/token_set.ts";

/** The flags of `token`. */
export interface TokenFlags extends CommonFlags {
  readonly header?: boolean;
  readonly scheme?: TokenScheme;
  /** In milliseconds. */
  readonly minValid?: number;
}

/** Prints a valid access token, or the whole header to send it with. */
export async function token(flags: TokenFlags, context: CommandContext): Promise<Verbatim> {
  const { accessToken, expiresAt } = await readFreshLogin(flags, context) ??
    await validTokenSet(flags, context);
  const value = accessToken.reveal();
  const asHeader = flags.header === true || flags.scheme !== undefined;
  const isNamed = asHeader || flags.json === true;
  const scheme = flags.scheme ?? (isNamed ? await schemeOf(flags, context) : undefined);
  return {
    kind: "verbatim",
    text: asHeader ? `Authorization: ${scheme} ${value}` : value,
    get data() { // which is seldom asked for
      const expires = new Date(expiresAt).toISOString();
      return { access_token: value, token_type: scheme, expires_at: expires };
    },
  };
}

/** The scheme that Anaplan's APIs take all of; for another provider the standard one (RFC 6750, section 2.1). */
async function schemeOf(flags: TokenFlags, { system }: CommandContext): Promise<TokenScheme> {
  const { configDir, profile } = profileLocation(flags, system);
  const { loadProfile } = await import("../settings/profiles.ts");
  return loadProfile(configDir, profile)?.issuer === undefined ? "AnaplanAuthToken" : "Bearer";
}

/** The stored login while it is fresh: then the settings need not be read, nor what refreshes loaded. */
async function readFreshLogin(
  flags: TokenFlags,
  { system, talk }: CommandContext,
): Promise<TokenSet | undefined> {
  if (system.env("ANAPLAN_REFRESH_TOKEN") ?? system.env("ANAPLAN_REFRESH_TOKEN_FILE")) {
    return undefined; // the login of the environment, whatever is on the disk
  }
  const { configDir, profile } = profileLocation(flags, system);
  const stored = await unlessFailed(async () => {
    const plain = plainLogin(configDir, profile, system);
    if (plain !== undefined) return plain;
    const { storeIn } = await import("../store/logins.ts");
    return await (await storeIn(configDir, system, talk.warn)).load(profile, true);
  }, ({ damagedFile }) => damagedFile !== undefined); // tokens may wait for the place of a damaged one
  if (stored === undefined) return undefined;
  const isUsual = stored.endedBy === undefined; // else there is something to say beside the token
  return isUsual && isFresh(stored, system.now(), flags.minValid) ? stored : undefined;
}

async function validTokenSet(flags: TokenFlags, context: CommandContext): Promise<TokenSet> {
  context.system.expectWrites();
  const [{ freshTokenSet }, { settingsInUse }] = await Promise.all([
    import("../session/session.ts"),
    import("../session/store_in_use.ts"),
  ]);
  return await freshTokenSet(await settingsInUse(flags, context), context, flags.minValid);
}
