// validate: what Anaplan itself says about the token.

import { run, words } from "../base/words.ts";
import { origins } from "../provider/authorization_server.ts";
import { fetchUser } from "../provider/provider.ts";
import { validateToken } from "../provider/anaplan.ts";
import type { Answer, CommandContext, CommonFlags } from "../command.ts";
import { CliError, unlessFailed } from "../base/errors.ts";
import { freshTokenSet } from "../session/session.ts";
import { loginCommand } from "../session/advice_in_use.ts";
import { settingsInUse } from "../session/store_in_use.ts";
import { type Settings } from "../settings/settings.ts";
import { clockTime, duration } from "../base/times.ts";

/**
 * Asks `/token/validate`, which may know no OAuth tokens at all: when it rejects this one, which has not
 * expired, users/me decides.
 */
export async function validate(flags: CommonFlags, context: CommandContext): Promise<Answer> {
  const settings = await settingsInUse(flags, context);
  if (settings.issuer !== undefined && settings.authUrl === undefined) {
    throw new CliError(
      "usage",
      `Cannot validate the token: ${settings.issuer} has no authentication service`,
      { next: words`name one with --auth-url at the next login, or use ${run("whoami")}` },
    );
  }
  const tokenSet = await freshTokenSet(settings, context);
  const validation = await validateToken(tokenSet, settings, context.system);
  if (validation.kind === "valid") {
    return valid(validation.expiresAt ?? tokenSet.expiresAt, "token/validate", context);
  }
  const { host } = new URL(origins(settings).auth);
  const used = usedEndpoint(settings);
  context.talk.say(
    `${host} rejects the token (${validation.reason}). It may not know OAuth tokens at all. ` +
      `Asking ${used} instead.`,
  );
  const user = await unlessFailed(
    () => fetchUser(tokenSet, settings, context.system),
    ({ kind }) => kind === "login_required",
  );
  return user === undefined ? invalid(used, settings) : valid(tokenSet.expiresAt, used, context);
}

/** Where the token is tried; its answer decides. */
function usedEndpoint(settings: Settings): string {
  return settings.issuer === undefined || settings.apiUrl !== undefined ? "users/me" : "userinfo";
}

function valid(expiresAt: number, checkedWith: string, { system }: CommandContext): Answer {
  const now = system.now();
  return {
    kind: "answer",
    text:
      `The access token is valid until ${clockTime(expiresAt, now)} (${
        duration(expiresAt - now)
      }), ` +
      `checked with ${checkedWith}.`,
    data: { valid: true, expires_at: new Date(expiresAt).toISOString(), checked_with: checkedWith },
  };
}

function invalid(checkedWith: string, settings: Settings): Answer {
  return {
    kind: "answer",
    text: words`The access token is no longer valid, checked with ${checkedWith}.\nNext: ${
      run("refresh")
    }, or ${loginCommand(settings)}`,
    data: { valid: false, expires_at: null, checked_with: checkedWith },
    outcome: "login_required",
  };
}
