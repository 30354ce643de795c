// Whether the login and the region fit. Rule: the one check that uses the token, and only one that is good
// anyway.

import { run, words } from "../base/advice.ts";
import { placeName } from "../provider/authorization_server.ts";
import { whoIs } from "../provider/provider.ts";
import type { CommandContext } from "../command.ts";
import { CliError } from "../base/errors.ts";
import { loginCommand, storeOf } from "../session/session.ts";
import { hasEnvironmentLogin, type Settings } from "../settings/settings.ts";
import { isFresh } from "../store/token_set.ts";
import { type Check, failed, ok, problem } from "./check.ts";

/** Asks the region's API with the present access token; nothing to say without one. */
export async function regionCheck(
  settings: Settings,
  context: CommandContext,
): Promise<Check | undefined> {
  const { system } = context;
  const name = settings.issuer === undefined ? "Region" : "Access token";
  if (hasEnvironmentLogin(settings)) return undefined; // asking would cost a refresh
  try {
    const login = await (await storeOf(settings, context)).load(settings.profile);
    if (login === undefined || !isFresh(login, system.now(), 0)) return undefined;
    await whoIs(login, settings, system);
    return ok(name, `${placeName(settings)} accepts the access token`);
  } catch (error) {
    const isRejected = error instanceof CliError && error.kind === "login_required" && !error.code;
    if (!isRejected) return failed(name, error);
    const place = `${placeName(settings)} does not accept the access token`;
    return settings.issuer === undefined
      ? problem(
        name,
        error.kind,
        `${place}; tokens belong to one region`,
        words`${
          run("login", { profile: settings.profile, flags: "--region NAME" })
        }, with your tenant's`,
      )
      : problem(name, error.kind, place, loginCommand(settings));
  }
}
