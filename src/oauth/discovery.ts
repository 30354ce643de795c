// An issuer's metadata (RFC 8414; OpenID Connect Discovery 1.0). Rule: the metadata must name the very
// issuer that was asked for, and its silence about a capability is never believed.

import * as oauth from "oauth4webapi";
import { CliError } from "../errors.ts";
import { asObject, defined } from "../json.ts";
import type { Discovered } from "../profiles.ts";
import type { System } from "../system.ts";
import { printable } from "../text.ts";
import { urlProblem } from "../urls.ts";

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
      `Cannot use ${identifier.host} now: it answered HTTP ${response.status}`,
      {
        next: "try the same command again in a minute",
      },
    );
  }
  const found = toDiscovered(await processed(issuer, identifier, response));
  for (const [name, value] of Object.entries(found)) {
    const problem = typeof value === "string" ? urlProblem(value) : undefined;
    if (problem !== undefined) throw unusable(issuer, `its ${inWords(name)}: ${problem}`);
  }
  return found;
}

function fetchMetadata(
  identifier: URL,
  algorithm: "oidc" | "oauth2",
  caCertificates: readonly string[],
  system: Pick<System, "fetch">,
): Promise<Response> {
  return oauth.discoveryRequest(identifier, {
    algorithm,
    [oauth.allowInsecureRequests]: true, // urlProblem() allows http: for loopback alone
    [oauth.customFetch]: (url) => system.fetch({ method: "GET", url, caCertificates }),
  });
}

async function processed(
  issuer: string,
  identifier: URL,
  response: Response,
): Promise<oauth.AuthorizationServer> {
  try {
    // The library compares parsed URLs; `iss` and the id_token will be compared byte for byte.
    const fields = asObject(await response.clone().json().catch(() => undefined));
    if (response.status !== 200) throw new Error(`there is none (HTTP ${response.status})`);
    if (fields === undefined) throw new Error("it is not a JSON object");
    const named = fields["issuer"];
    if (typeof named === "string" && named !== issuer) {
      throw new Error(`it names the issuer ${named}`);
    }
    return await oauth.processDiscoveryResponse(identifier, response);
  } catch (cause) {
    const reason = cause instanceof Error
      ? printable(cause.message)
      : "a part of it is missing or damaged";
    throw unusable(issuer, reason);
  }
}

function unusable(issuer: string, reason: string): CliError {
  return new CliError("usage", `Cannot use the metadata of ${issuer}: ${reason}`, {
    next: "check --issuer, to the last slash; or give the endpoints by hand",
  });
}

/** `tokenEndpoint` as people say it: `token endpoint`. */
function inWords(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
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
