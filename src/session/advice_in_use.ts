// What an error says to do, for the login that is in use: its profile is filled in; one that comes from the
// environment needs a variable, never a sign-in here. Rule: pure.

import {
  type Piece,
  piecesOf,
  type Run,
  run,
  shell,
  shellWord,
  type Words,
  words,
} from "../base/words.ts";
import { CliError } from "../base/errors.ts";
import type { ClientEnvironment } from "../settings/client_environment.ts";
import { hasEnvironmentLogin, type Settings } from "../settings/settings.ts";
import { SETTINGS, typedName } from "../settings/table.ts";

/** The variables that hold the refresh token, or name a file that does. */
const REFRESH_TOKEN_VARIABLE = "ANAPLAN_REFRESH_TOKEN";
export const REFRESH_TOKEN_FILE_VARIABLE = "ANAPLAN_REFRESH_TOKEN_FILE";

/** The variable that the login comes from. */
export function refreshTokenVariable({ refreshToken }: ClientEnvironment): string {
  return refreshToken === undefined ? REFRESH_TOKEN_FILE_VARIABLE : REFRESH_TOKEN_VARIABLE;
}

/** How to have a login again. */
export function newRefreshToken(environment: ClientEnvironment): string {
  return environment.refreshToken === undefined
    ? `put a valid refresh token into the file that ${REFRESH_TOKEN_FILE_VARIABLE} names`
    : `put a valid refresh token where ${REFRESH_TOKEN_VARIABLE} comes from`;
}

/** Whether it says to sign in to the profile that is in use. */
export function asksToSignIn(advice: Words): boolean {
  return piecesOf(advice).some(isForProfileInUse);
}

/** The same for the profile that is in use. */
export function withProfile(advice: Words, profile: string): Words {
  return piecesOf(advice).map((piece) => isForProfileInUse(piece) ? { ...piece, profile } : piece);
}

function isForProfileInUse(piece: Piece): piece is Run {
  return typeof piece === "object" && "command" in piece && piece.profile === null;
}

/** What to do instead of what an error says; `undefined` when that advice holds here. */
function environmentAdvice(
  { kind, code, next = "" }: Pick<CliError, "kind" | "code" | "next">,
  environment: ClientEnvironment,
): Words | undefined {
  if (code === "stopped_late") {
    return `${newRefreshToken(environment)}, if a warning says that the server replaced it; else ` +
      "the same command again";
  }
  if (!asksToSignIn(next)) return undefined;
  return kind === "denied"
    ? "check ANAPLAN_CLIENT_ID and ANAPLAN_CLIENT_SECRET: the refresh token in " +
      `${refreshTokenVariable(environment)} was issued to one client`
    : newRefreshToken(environment);
}

type AdvisedSettings =
  & Pick<Settings, "profile" | "environment" | "given" | "saved">
  & Partial<Pick<Settings, "configDir" | "isShared">>;

/** The error with a `Next:` that names the profile or the variable, where it says to sign in. */
export function forProfile<Thrown>(thrown: Thrown, settings: AdvisedSettings): Thrown | CliError {
  const { profile, environment } = settings;
  if (!(thrown instanceof CliError) || thrown.next === undefined) return thrown;
  if (thrown.code === "other_server") return thrown.with({ next: otherServerAdvice(settings) });
  if (hasEnvironmentLogin({ environment })) {
    const next = environmentAdvice(thrown, environment);
    return next === undefined ? thrown : thrown.with({ next });
  }
  return thrown.with({ next: withProfile(thrown.next, profile) });
}

/** What signs in to the settings' profile: a command, or a new token where the old one came from. */
export function loginCommand(settings: Pick<Settings, "profile" | "environment">): Words {
  if (hasEnvironmentLogin(settings)) return newRefreshToken(settings.environment);
  return run("login", { profile: settings.profile });
}

/** The settings that say where a login is used. */
const PLACES = ["issuer", "apiUrl", "region"] as const;

/** How to be at the login's servers again: without the variable or the flag that is to blame, else by the profile. */
export function otherServerAdvice(settings: AdvisedSettings): Words {
  const { profile, environment, given, saved, configDir, isShared } = settings;
  const { region = SETTINGS.region.default } = saved ?? {};
  const isOther = given.region !== undefined && given.region !== region;
  if (isOther && given.region === environment.region) return "unset ANAPLAN_REGION";
  const flag = PLACES.find((name) => given[name] !== undefined && given[name] !== saved?.[name]);
  if (flag !== undefined) return `leave out --${typedName(flag)}`;
  const again = run("login", { profile });
  if (isShared) { // a new login would replace that of every computer
    const remove = shell(`rm ${shellWord(`${configDir}/profiles/${profile}.json`)}`);
    return words`${remove}, to use the store's settings; if that does not help, ${again}`;
  }
  const setting = PLACES.find((name) => saved?.[name] !== undefined);
  if (setting === undefined) return again;
  const back = setting === "region" ? "--region NAME" : `--unset ${typedName(setting)}`;
  return words`${again}; or ${run(`profile set ${profile} ${back}`)}`;
}
