// A login that comes from a variable, for machines that are thrown away. Rule: nothing of it is written to
// disk, and a refresh token that the server replaced even so is reported as used.

import { authorizationServer } from "../provider/authorization_server.ts";
import type { CommandContext } from "../command.ts";
import {
  newRefreshToken,
  REFRESH_TOKEN_FILE_VARIABLE,
  refreshTokenVariable,
} from "./advice_in_use.ts";
import { IN_A_MINUTE } from "../base/attempts.ts";
import { CliError } from "../base/errors.ts";
import { onlyDefined } from "../base/json.ts";
import { readNamedSecret } from "../files/named_file.ts";
import { Secret } from "../base/secret.ts";
import type { Settings } from "../settings/settings.ts";
import type { LockedLogin } from "../store/locked_login.ts";
import type { LoginStore } from "../store/locking.ts";
import type { System } from "../system/contract.ts";
import type { TokenSet } from "../oauth/token_set.ts";

/** One login a process: what a refresh brought serves the rest of it. */
const logins = new WeakMap<System, Promise<{ present: TokenSet }>>();

/**
 * A store that holds the one login of the environment, in memory only.
 *
 * @throws {CliError} `usage` when the file cannot be read or no client id is known.
 */
export async function environmentStore(
  settings: Settings,
  context: CommandContext,
): Promise<LoginStore> {
  const { system } = context;
  const known = logins.get(system) ?? loginOf(settings).then((present) => ({ present }));
  logins.set(system, known);
  const login = await known;
  const locked: LockedLogin = {
    load: () => Promise.resolve(login.present),
    prepare: () => Promise.resolve(), // nothing is written
    // deno-lint-ignore require-await -- what it throws is thrown where it is awaited
    async save(tokenSet) {
      if (tokenSet.refreshTokenRotates) warnOfRotation(settings, context);
      login.present = tokenSet;
      if (tokenSet.accessToken.isToken()) return;
      // says nothing of saving, as `grantAndSave` would
      const message = "Cannot use the server's answer: it has no access token";
      const next = tokenSet.refreshTokenRotates
        ? newRefreshToken(settings.environment)
        : IN_A_MINUTE;
      throw new CliError("unavailable", message, { next });
    },
    remove: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return {
    load: () => Promise.resolve(login.present),
    lock: () => Promise.resolve(locked),
    names: () => Promise.resolve([settings.profile]),
    waiting: () => Promise.resolve([]),
    mayWait: () => Promise.resolve(false),
    pathOf: () => refreshTokenVariable(settings.environment),
    sealedBy: () => Promise.resolve(undefined),
  };
}

/** The login as a token set whose access token expired long ago. */
async function loginOf(settings: Settings): Promise<TokenSet> {
  const { clientId, environment } = settings;
  const variable = refreshTokenVariable(environment);
  if (clientId === undefined) {
    throw new CliError("usage", `Cannot use ${variable}: no client ID is given`, {
      next: "set ANAPLAN_CLIENT_ID to the client that the refresh token was issued to",
    });
  }
  const refreshToken = environment.refreshToken ??
    await refreshTokenInFile(environment.refreshTokenFile ?? "");
  if (!refreshToken.isToken()) {
    throw new CliError(
      "usage",
      `Cannot use ${variable}: there is more in it than a refresh token`,
      { next: "put the refresh token there, and nothing else: no JSON, and one line" },
    );
  }
  const ended = { accessToken: new Secret(""), expiresAt: 0, obtainedAt: 0 };
  const { tokenEndpoint, issuer, origins } = authorizationServer(settings);
  return onlyDefined({ ...ended, clientId, refreshToken, tokenEndpoint, issuer, origins });
}

async function refreshTokenInFile(path: string): Promise<Secret> {
  const text = (await readNamedSecret(path, REFRESH_TOKEN_FILE_VARIABLE)).trim();
  if (text !== "") return new Secret(text);
  throw new CliError("usage", `Cannot use ${path} as refresh token: the file is empty`, {
    next: `check what writes the file that ${REFRESH_TOKEN_FILE_VARIABLE} names`,
  });
}

function warnOfRotation({ environment }: Settings, { talk }: CommandContext): void {
  talk.warn(
    `the server replaced the refresh token, and nothing is stored here: the one in\n` +
      `${
        refreshTokenVariable(environment)
      } no longer works; the next run ends with exit code 3.\n` +
      "Sign in on a computer that keeps its login and run this there, or put a refresh token\n" +
      "of a client whose refresh tokens are non-rotatable in its place.",
  );
}
