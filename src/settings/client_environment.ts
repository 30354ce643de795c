// What the environment says about a client besides its settings: secrets, and a login of its own. Rule: a secret counts
// only for the client that it belongs to.

import { Secret } from "../base/secret.ts";
import type { System } from "../system/contract.ts";

export interface ClientEnvironment {
  readonly clientId: string | undefined;
  readonly clientSecret: Secret | undefined;
  /** The tutorial's `CLIENT` and `SECRET`: names that other programs may use as well. */
  readonly tutorialClientId: string | undefined;
  readonly tutorialClientSecret: Secret | undefined;
  /** A login that is stored nowhere: the refresh token itself, or the file that holds it. */
  readonly refreshToken: Secret | undefined;
  readonly refreshTokenFile: string | undefined;
  /** The region that a variable names, which may not be the login's. */
  readonly region: string | undefined;
}

export function clientEnvironment(env: System["env"]): ClientEnvironment {
  return {
    clientId: env("ANAPLAN_CLIENT_ID"),
    clientSecret: toSecret(env("ANAPLAN_CLIENT_SECRET")),
    tutorialClientId: env("CLIENT"),
    tutorialClientSecret: toSecret(env("SECRET")),
    refreshToken: toSecret(env("ANAPLAN_REFRESH_TOKEN")),
    refreshTokenFile: env("ANAPLAN_REFRESH_TOKEN_FILE"),
    region: env("ANAPLAN_REGION"),
  };
}

/** No secret has blanks around it, but files end with a line break and copying adds more. */
export function toSecret(text: string | undefined): Secret | undefined {
  const trimmed = text?.trim();
  return trimmed ? new Secret(trimmed) : undefined;
}

/**
 * The client secret that the environment holds for this client id.
 *
 * `ANAPLAN_CLIENT_SECRET` counts unless `ANAPLAN_CLIENT_ID` names another client; the tutorial's `SECRET`
 * only together with a `CLIENT` that is this client, since anything may be called `SECRET`.
 *
 * @param isBeside whether `ANAPLAN_CLIENT_ID` has to name this very client beside it, as outside of a sign-in.
 */
export function environmentSecret(
  environment: ClientEnvironment,
  clientId: string,
  isBeside = false,
): { readonly own: Secret | undefined; readonly tutorial: Secret | undefined } {
  const named = environment.clientId ?? (isBeside ? undefined : clientId);
  return {
    own: named === clientId ? environment.clientSecret : undefined,
    tutorial: environment.tutorialClientId === clientId
      ? environment.tutorialClientSecret
      : undefined,
  };
}
