// A login that comes from a variable, for machines that are thrown away. Rule: nothing of it is written to
// disk, and a refresh token that the server replaced all the same is told to be dead.

import type { CommandContext } from "./command.ts";
import { CliError } from "./errors.ts";
import { readNamedFile } from "./named_file.ts";
import { Secret } from "./secret.ts";
import type { Settings } from "./settings.ts";
import type { LockedLogin, Store } from "./store.ts";
import type { System } from "./system.ts";
import type { TokenSet } from "./token_set.ts";

/** The variables that hold the refresh token, or name a file that does. */
export const REFRESH_TOKEN_VARIABLE = "ANAPLAN_REFRESH_TOKEN";
export const REFRESH_TOKEN_FILE_VARIABLE = "ANAPLAN_REFRESH_TOKEN_FILE";

/** One login a process: what a refresh brought serves the rest of it. */
const logins = new WeakMap<System, { present: TokenSet }>();

/**
 * A store that holds the one login of the environment, in memory only.
 *
 * @throws {CliError} `usage` when the file cannot be read or no client id is known.
 */
export function environmentStore(settings: Settings, context: CommandContext): Store {
  const { system } = context;
  const login = logins.get(system) ?? { present: loginOf(settings) };
  logins.set(system, login);
  const locked: LockedLogin = {
    load: () => login.present,
    save(tokenSet) {
      if (tokenSet.refreshTokenRotates) warnOfRotation(settings, context);
      login.present = tokenSet;
    },
    remove: () => {},
    [Symbol.dispose]: () => {},
  };
  return {
    load: () => login.present,
    lock: () => Promise.resolve(locked),
    names: () => [settings.profile],
    pathOf: () => variableOf(settings),
  };
}

/** The variable that the login comes from. */
export function variableOf({ environment }: Settings): string {
  return environment.refreshToken === undefined
    ? REFRESH_TOKEN_FILE_VARIABLE
    : REFRESH_TOKEN_VARIABLE;
}

/** The login as a token set whose access token ended long ago. */
function loginOf(settings: Settings): TokenSet {
  const { clientId, environment } = settings;
  if (clientId === undefined) {
    throw new CliError("usage", `Cannot use ${variableOf(settings)}: no client id is given`, {
      next: "set ANAPLAN_CLIENT_ID to the client that the refresh token was issued to",
    });
  }
  return {
    accessToken: new Secret(""),
    expiresAt: 0,
    obtainedAt: 0,
    clientId,
    refreshToken: environment.refreshToken ??
      refreshTokenInFile(environment.refreshTokenFile ?? ""),
  };
}

function refreshTokenInFile(path: string): Secret {
  const text = readNamedFile(path, REFRESH_TOKEN_FILE_VARIABLE).trim();
  if (text !== "") return new Secret(text);
  throw new CliError("usage", `Cannot use ${path} as refresh token: the file is empty`, {
    next: `check what writes the file that ${REFRESH_TOKEN_FILE_VARIABLE} names`,
  });
}

function warnOfRotation(settings: Settings, { talk }: CommandContext): void {
  talk.warn(
    `the server replaced the refresh token, and nothing is stored here: the one in\n` +
      `${variableOf(settings)} is dead by now, and the next run will have to sign in again.\n` +
      "Use a client whose refresh tokens are non-rotatable for this, or a machine that\n" +
      "keeps its login (anaplan-auth login).",
  );
}
