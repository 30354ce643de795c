// An issuer's metadata (RFC 8414; OpenID Connect Discovery 1.0). Rule: the metadata must name the very
// issuer that was asked for, and its silence about a capability is never believed.

import * as oauth from "oauth4webapi";
import { cannotUseNow } from "../base/attempts.ts";
import { CliError } from "../base/errors.ts";
import { asObject, type Fields, onlyDefined } from "../base/json.ts";
import type { Discovered } from "../base/metadata.ts";
import type { System } from "../system/contract.ts";
import { quoteWords } from "../base/masking.ts";
import { endpointProblem } from "../base/urls.ts";

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
    throw cannotUseNow(issuer, `it answered HTTP ${response.status}`);
  }
  return toDiscovered(issuer, await metadataIn(response, issuer));
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

/** The issuers are compared byte for byte, as `iss` and the id_token's will be. */
async function metadataIn(response: Response, issuer: string): Promise<Fields> {
  if (response.status !== 200) {
    throw badMetadata(issuer, `it was not found (HTTP ${response.status})`);
  }
  const fields = asObject(await response.json().catch(() => undefined));
  if (fields === undefined) throw badMetadata(issuer, "it is not a JSON object");
  const named = fields["issuer"];
  if (named === issuer) return fields;
  throw badMetadata(
    issuer,
    typeof named === "string" ? `it names the issuer ${quoteWords(named)}` : "it names no issuer",
  );
}

function badMetadata(issuer: string, reason: string): CliError {
  return new CliError("usage", `Cannot use the metadata of ${issuer}: ${reason}`, {
    next: "check --issuer, to the last slash; or give the endpoints by hand",
  });
}

/** What is wrong with a value of the metadata, in words. */
type Problem = (value: unknown, issuer: string) => string | undefined;

const endpoint: Problem = (value, issuer) =>
  typeof value === "string" ? endpointProblem(value, issuer) : "it is not a URL";
const list: Problem = (value) =>
  Array.isArray(value) && value.every((item) => typeof item === "string")
    ? undefined
    : "it is not a list of texts";
const promise: Problem = (value) =>
  typeof value === "boolean" ? undefined : "it is neither true nor false";

/** What is used of the metadata, and the type that it must have (RFC 8414, section 2). */
const METADATA: Readonly<Record<keyof Discovered, readonly [name: string, problem: Problem]>> = {
  authorizationEndpoint: ["authorization_endpoint", endpoint],
  tokenEndpoint: ["token_endpoint", endpoint],
  deviceEndpoint: ["device_authorization_endpoint", endpoint],
  revocationEndpoint: ["revocation_endpoint", endpoint],
  userinfoEndpoint: ["userinfo_endpoint", endpoint],
  sendsIssuer: ["authorization_response_iss_parameter_supported", promise],
  clientAuthMethods: ["token_endpoint_auth_methods_supported", list],
  scopes: ["scopes_supported", list],
  idTokenAlgorithms: ["id_token_signing_alg_values_supported", list],
};

function toDiscovered(issuer: string, fields: Fields): Discovered {
  const values = Object.entries(METADATA).map(([key, [name, problemWith]]) => {
    const value = fields[name] ?? undefined; // null is how some servers say nothing
    const problem = value === undefined ? undefined : problemWith(value, issuer);
    if (problem !== undefined) throw badMetadata(issuer, `its ${name}: ${problem}`);
    return [key, value] as const;
  });
  return onlyDefined(Object.fromEntries(values));
}
