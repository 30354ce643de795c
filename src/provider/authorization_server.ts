// The servers that a login is made with and refreshed at: the region's, the issuer's, or those that the settings
// name. Rule: with an issuer in the settings nothing is ever sent to Anaplan's hosts.

import { run, signIn, type Words, words } from "../base/words.ts";
import type { IssuedLogin } from "./belonging.ts";
import { caCertificates } from "../files/ca_file.ts";
import { CliError } from "../base/errors.ts";
import { onlyDefined } from "../base/json.ts";
import type { AuthorizationServer, OAuthClient } from "../oauth/wire.ts";
import { AUDIT, type Region, REGIONS } from "./regions.ts";
import { environmentSecret } from "../settings/client_environment.ts";
import { hasEnvironmentLogin, type Settings } from "../settings/settings.ts";
import { printable } from "../base/masking.ts";
import type { TokenSet } from "../oauth/token_set.ts";
import { withoutSlash } from "../base/urls.ts";

export function regionOf(settings: Settings): Region {
  const region = Object.hasOwn(REGIONS, settings.region) ? REGIONS[settings.region] : undefined;
  if (region !== undefined) return region;
  throw new CliError("usage", `There is no Anaplan region "${printable(settings.region)}"`, {
    next: words`give one with --region; they are listed by ${run("help login --all")}`,
    misspelled: { typed: settings.region, names: Object.keys(REGIONS), flag: "--region" },
  });
}

/** How to sign in at the server that accepts the tokens; the text may be continued. */
export function inOtherRegion(settings: Settings): Words {
  const withRegion = hasEnvironmentLogin(settings)
    ? "set ANAPLAN_REGION to"
    : words`${signIn("--region NAME")}, with`;
  return words`${withRegion} your tenant's region (now ${settings.region})`;
}

/** Anaplan's authorization server; `/auth/prelogin` lets the user choose basic or SSO. */
export function anaplanServer(settings: Settings): AuthorizationServer {
  const { oauth } = regionOf(settings);
  return onlyDefined({
    name: "Anaplan",
    authorizationEndpoint: settings.authorizationEndpoint ?? `https://${oauth}/auth/prelogin`,
    tokenEndpoint: settings.tokenEndpoint ?? `https://${oauth}/oauth/token`,
    deviceEndpoint: settings.deviceEndpoint ?? `https://${oauth}/oauth/device/code`,
    revocationEndpoint: settings.revocationEndpoint,
    clientAuth: settings.clientAuth,
    origins: familyOf(settings),
    caCertificates: caCertificates(settings),
  });
}

/** The origins of the APIs: what the settings name, else the region's. */
export function origins(settings: Settings): { readonly api: string; readonly auth: string } {
  return {
    api: withoutSlash(settings.apiUrl ?? `https://${regionOf(settings).api}`),
    auth: withoutSlash(settings.authUrl ?? `https://${regionOf(settings).auth}`),
  };
}

/** The origins of the region's APIs that have a host of their own. */
export function otherOrigins(
  settings: Settings,
): { readonly cloudworks: string | undefined; readonly audit: string } {
  const { cloudworks } = regionOf(settings);
  return { cloudworks: cloudworks && `https://${cloudworks}`, audit: `https://${AUDIT}` };
}

/** The origins that a login of these settings may be sent to: the APIs, and the servers that issue it. */
function familyOf(settings: Settings): string[] {
  const { api, auth } = origins(settings);
  const { cloudworks, audit } = otherOrigins(settings);
  const { tokenEndpoint = `https://${regionOf(settings).oauth}`, revocationEndpoint } = settings;
  const urls = [api, auth, cloudworks, audit, tokenEndpoint, revocationEndpoint];
  return [...new Set(urls.filter((url) => url !== undefined).map((url) => new URL(url).origin))];
}

/** What people call the other side: `Anaplan us1`, or the issuer's host. */
export function providerName(settings: Settings): string {
  if (settings.issuer !== undefined) return placeName(settings);
  regionOf(settings); // a region that does not exist is said before anything else happens
  return `Anaplan ${settings.region}`;
}

/** Where a profile's login is valid: its region, or the issuer's host. */
export function placeName(settings: Settings): string {
  return settings.issuer === undefined ? settings.region : new URL(settings.issuer).host;
}

/**
 * The authorization server of the settings: endpoints by hand, else the issuer's metadata, else the
 * region's. A login's tokens go to the token endpoint that issued them: settings may have changed since,
 * or a crash may have kept them from being saved (RFC 9700, section 4.4).
 *
 * @throws {CliError} `usage` when an issuer's metadata lacks an endpoint that is needed.
 */
export function authorizationServer(settings: Settings, login?: IssuedLogin): AuthorizationServer {
  const { issuer, ...server } = serverOf(settings);
  if (login === undefined) return onlyDefined({ ...server, issuer });
  return onlyDefined({ ...server, issuer: login.issuer, tokenEndpoint: login.tokenEndpoint });
}

function serverOf(settings: Settings): AuthorizationServer {
  const { issuer, discovered } = settings;
  if (issuer === undefined) return anaplanServer(settings);
  const needed = (endpoint: string | undefined, flag: string): string => {
    if (endpoint !== undefined) return endpoint;
    throw new CliError("usage", `Cannot find the ${flag} of ${issuer}: its metadata names none`, {
      next: `give it with --${flag.replaceAll(" ", "-")}`,
    });
  };
  const tokenEndpoint = needed(
    settings.tokenEndpoint ?? discovered?.tokenEndpoint,
    "token endpoint",
  );
  const revocationEndpoint = settings.revocationEndpoint ?? discovered?.revocationEndpoint;
  const urls = [
    ...[settings.apiUrl, settings.authUrl, discovered?.userinfoEndpoint],
    ...[tokenEndpoint, revocationEndpoint],
  ].filter((url) => url !== undefined);
  return onlyDefined({
    name: new URL(issuer).host,
    issuer,
    authorizationEndpoint: needed(
      settings.authorizationEndpoint ?? discovered?.authorizationEndpoint,
      "authorization endpoint",
    ),
    tokenEndpoint,
    deviceEndpoint: settings.deviceEndpoint ?? discovered?.deviceEndpoint,
    revocationEndpoint,
    origins: [...new Set(urls.map((url) => new URL(url).origin))],
    sendsIssuer: discovered?.sendsIssuer,
    clientAuth: settings.clientAuth,
    clientAuthMethods: discovered?.clientAuthMethods,
    idTokenAlgorithms: discovered?.idTokenAlgorithms,
    caCertificates: caCertificates(settings),
  });
}

/**
 * The client that a login is refreshed as: with the secret that the environment holds for this very client
 * id, else with its own. A client of the device grant has none.
 */
export function clientOf(tokenSet: TokenSet, settings: Settings): OAuthClient {
  const { clientId } = tokenSet;
  if (tokenSet.isDeviceGrant) return { clientId };
  const { own, tutorial } = environmentSecret(settings.environment, clientId, true);
  return onlyDefined({ clientId, clientSecret: own ?? tokenSet.clientSecret ?? tutorial });
}

/** Whether the environment holds a client secret that does not belong to the login's client. */
export function isSecretUnused(login: TokenSet, { environment }: Settings): boolean {
  const { clientId, clientSecret } = environment;
  const isOther = clientSecret !== undefined && clientId !== login.clientId;
  return isOther && !clientSecret.equals(login.clientSecret) && !login.isDeviceGrant;
}

export const UNUSED_SECRET =
  "ANAPLAN_CLIENT_SECRET is not used: ANAPLAN_CLIENT_ID does not name this login's client";
