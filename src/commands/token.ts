// token: a valid access token and nothing else. The one command whose answer is a secret.

import type { TokenScheme } from "../anaplan.ts";
import type { CommandContext, CommonFlags, Reply } from "../command.ts";
import { freshTokenSet } from "../session.ts";
import { loadSettings } from "../settings.ts";
import { isoTime } from "../text.ts";

/** The flags of `token`. */
export interface TokenFlags extends CommonFlags {
  readonly header?: boolean;
  readonly scheme?: TokenScheme;
  /** In milliseconds. */
  readonly minValid?: number;
}

/** Prints a valid access token, or the whole header to send it with. */
export async function token(flags: TokenFlags, context: CommandContext): Promise<Reply> {
  const settings = loadSettings(flags, context.system);
  const { accessToken, expiresAt } = await freshTokenSet(settings, context, flags.minValid);
  const scheme = flags.scheme ?? "AnaplanAuthToken";
  const value = accessToken.reveal();
  const asHeader = flags.header === true || flags.scheme !== undefined;
  return {
    text: asHeader ? `Authorization: ${scheme} ${value}` : value,
    verbatim: true,
    data: { access_token: value, token_type: scheme, expires_at: isoTime(expiresAt) },
  };
}
