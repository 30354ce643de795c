// token: a valid access token and nothing else. The one command whose answer is a secret.

import type { TokenScheme } from "../anaplan.ts";
import type { CommandContext, CommonFlags, Reply } from "../command.ts";
import { placeOf } from "../place.ts";
import { openStore } from "../store.ts";
import { isoTime } from "../text.ts";
import { assertValidFor, isFresh, type TokenSet } from "../token_set.ts";

/** The flags of `token`. */
export interface TokenFlags extends CommonFlags {
  readonly header?: boolean;
  readonly scheme?: TokenScheme;
  /** In milliseconds. */
  readonly minValid?: number;
}

/** Prints a valid access token, or the whole header to send it with. */
export async function token(flags: TokenFlags, context: CommandContext): Promise<Reply> {
  const { accessToken, expiresAt } = freshOnDisk(flags, context) ?? await validOne(flags, context);
  const scheme = flags.scheme ?? "AnaplanAuthToken";
  const value = accessToken.reveal();
  const asHeader = flags.header === true || flags.scheme !== undefined;
  return {
    text: asHeader ? `Authorization: ${scheme} ${value}` : value,
    verbatim: true,
    data: { access_token: value, token_type: scheme, expires_at: isoTime(expiresAt) },
  };
}

/** The stored login while it is fresh: then the settings need not be read, nor what refreshes loaded. */
function freshOnDisk(flags: TokenFlags, { system, talk }: CommandContext): TokenSet | undefined {
  if (system.env("ANAPLAN_REFRESH_TOKEN") ?? system.env("ANAPLAN_REFRESH_TOKEN_FILE")) {
    return undefined; // the login of the environment, whatever is on the disk
  }
  const { configDir, profile } = placeOf(flags, system);
  const stored = openStore(configDir, system, talk.warn).load(profile);
  if (stored === undefined) return undefined;
  return isFresh(stored, system.now(), flags.minValid) ? stored : undefined;
}

async function validOne(flags: TokenFlags, context: CommandContext): Promise<TokenSet> {
  context.system.expectWrites();
  const [{ freshTokenSet }, { loadSettings }] = await Promise.all([
    import("../session.ts"),
    import("../settings.ts"),
  ]);
  const settings = loadSettings(flags, context.system);
  const tokenSet = await freshTokenSet(settings, context, flags.minValid);
  assertValidFor(tokenSet, flags.minValid, context.system.now());
  return tokenSet;
}
