// An issuer's metadata (RFC 8414; OpenID Connect Discovery 1.0). Rule: the metadata must name the very
// issuer that was asked for, and its silence about a capability is never believed.

import * as oauth from "oauth4webapi";
import { CliError } from "../errors.ts";
import { defined } from "../json.ts";
import type { Discovered } from "../profiles.ts";
import type { System } from "../system.ts";
import { printable } from "../text.ts";

/**
 * Fetches the metadata of an issuer, at the OpenID Connect address first, then at that of RFC 8414.
 *
 * @throws {CliError} `usage` when it names another issuer or is no metadata, `unavailable` when it
 * cannot be fetched.
 */
export async function discover(
  issuer: string,
  caCertificates: readonly string[],
  system: Pick<System, "fetch">,
): Promise<Discovered> {
  const identifier = new URL(issuer);
  const openid = await fetchMetadata(identifier, "oidc", caCertificates, system);
  const response = openid.status === 404
    ? await fetchMetadata(identifier, "oauth2", caCertificates, system)
    : openid;
  if (response.status >= 500 || response.status === 429) {
    throw new CliError(
      "unavailable",
      `Cannot use ${identifier.host} now: HTTP ${response.status}`,
      {
        next: "try the same command again in a minute",
      },
    );
  }
  return toDiscovered(await processed(issuer, identifier, response));
}

function fetchMetadata(
  identifier: URL,
  algorithm: "oidc" | "oauth2",
  caCertificates: readonly string[],
  system: Pick<System, "fetch">,
): Promise<Response> {
  return oauth.discoveryRequest(identifier, {
    algorithm,
    [oauth.allowInsecureRequests]: true, // settings.ts has allowed http: for loopback alone
    [oauth.customFetch]: (url) => system.fetch({ method: "GET", url, caCertificates }),
  });
}

async function processed(
  issuer: string,
  identifier: URL,
  response: Response,
): Promise<oauth.AuthorizationServer> {
  try {
    return await oauth.processDiscoveryResponse(identifier, response);
  } catch (cause) {
    const reason = cause instanceof Error ? printable(cause.message) : "it is malformed";
    throw new CliError("usage", `Cannot use the metadata of ${issuer}: ${reason}`, {
      next: "check --issuer, to the last slash; or give the endpoints by hand",
      cause,
    });
  }
}

function toDiscovered(metadata: oauth.AuthorizationServer): Discovered {
  const methods = metadata.token_endpoint_auth_methods_supported;
  return defined({
    authorizationEndpoint: metadata.authorization_endpoint,
    tokenEndpoint: metadata.token_endpoint,
    deviceEndpoint: metadata.device_authorization_endpoint,
    revocationEndpoint: metadata.revocation_endpoint,
    userinfoEndpoint: metadata.userinfo_endpoint,
    sendsIssuer: metadata.authorization_response_iss_parameter_supported,
    basicOnly: methods !== undefined && methods.includes("client_secret_basic") &&
      !methods.includes("client_secret_post"),
  });
}
