// The authorization server and the client, in our words and in oauth4webapi's. Rule: every request to an
// authorization server goes through `system.fetch`.

import * as oauth from "oauth4webapi";
import { IN_A_MINUTE } from "../base/attempts.ts";
import { CliError } from "../base/errors.ts";
import { field, onlyDefined } from "../base/json.ts";
import { maskFields, secretsIn } from "../base/masking.ts";
import { type ClientAuth, type Discovered } from "../base/metadata.ts";
import type { Secret } from "../base/secret.ts";
import type { HttpRequest, System } from "../system/contract.ts";
import { answerFields, isPage } from "./answer_fields.ts";

/** The authorization server that one attempt or one login is bound to. */
export interface AuthorizationServer extends Omit<Discovered, "userinfoEndpoint" | "scopes"> {
  /** What people call it, such as `Anaplan`. */
  readonly name: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  /** Known only when the profile names one; then `iss` and the id_token are checked against it. */
  readonly issuer?: string;
  /** How this client is to authenticate, when a setting says so. */
  readonly clientAuth?: ClientAuth;
  /** The origins that a login of this sign-in may be sent to, the API's first. */
  readonly origins: readonly string[];
  /** PEM texts of authorities that are trusted besides the built-in ones. */
  readonly caCertificates: readonly string[];
}

/** Who asks (RFC 6749, section 2.3.1). */
export interface OAuthClient {
  readonly clientId: string;
  readonly clientSecret?: Secret;
}

/** What to try at an issuer whose page, and not its answer, says that the scope is wrong. */
export const SCOPE_ADVICE = "if the page complained about the scope, ask for less with --scope";

/**
 * How long an authorization server may take to answer, in milliseconds. It is long, because an answer that is given up
 * may bring the tokens a moment later: the refresh token is used then, and its successor is lost.
 */
const TIMEOUT = 60_000;

/** What the requests need of the world. */
export type TokenRequestSystem = Pick<System, "fetch" | "now" | "sleep" | "interruption">;

/** Our server and client as oauth4webapi takes them, in its order. */
export function toWire(
  server: AuthorizationServer,
  client: OAuthClient,
): readonly [oauth.AuthorizationServer, oauth.Client, oauth.ClientAuth] {
  return [
    onlyDefined({
      // oauth4webapi wants a name for the server; without a known issuer nothing is compared with it
      issuer: server.issuer ?? new URL(server.tokenEndpoint).origin,
      authorization_endpoint: server.authorizationEndpoint,
      token_endpoint: server.tokenEndpoint,
      device_authorization_endpoint: server.deviceEndpoint,
      revocation_endpoint: server.revocationEndpoint,
      authorization_response_iss_parameter_supported: server.sendsIssuer,
      id_token_signing_alg_values_supported: idTokenAlgorithms(server),
    }),
    { client_id: client.clientId },
    clientAuthentication(server, client),
  ];
}

/** The algorithms in use (RFC 7518, section 3.1; RFC 8037, section 3.1; RFC 9864). */
const SIGNATURES = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"],
  ...["EdDSA", "Ed25519", "HS256", "HS384", "HS512"],
];

/**
 * An id_token comes from the token endpoint over TLS, which replaces its signature (OpenID Connect Core
 * 1.0, section 3.1.3.7, step 6). So its algorithm is no reason to lose a login, unless it has none.
 */
function idTokenAlgorithms({ idTokenAlgorithms = [] }: AuthorizationServer): string[] {
  return [...SIGNATURES, ...idTokenAlgorithms].filter((algorithm) => algorithm !== "none");
}

function clientAuthentication(server: AuthorizationServer, client: OAuthClient): oauth.ClientAuth {
  if (client.clientSecret === undefined) return oauth.None();
  const secret = client.clientSecret.reveal();
  return clientAuthOf(server) === "basic"
    ? clientSecretBasic(secret)
    : oauth.ClientSecretPost(secret);
}

/** As the setting says, else as the metadata; else in the body, where Anaplan takes it, and most others. */
export function clientAuthOf(server: AuthorizationServer): ClientAuth {
  return server.clientAuth ??
    (offers(server, "basic") && !offers(server, "post") ? "basic" : "post");
}

/** The other way, if the metadata offers it. */
export function otherClientAuth(server: AuthorizationServer): ClientAuth | undefined {
  const other = clientAuthOf(server) === "basic" ? "post" : "basic";
  return offers(server, other) ? other : undefined;
}

function offers({ clientAuthMethods }: AuthorizationServer, way: ClientAuth): boolean {
  return clientAuthMethods?.includes(`client_secret_${way}`) ?? false;
}

/**
 * Credentials in the header, form-encoded (RFC 6749, section 2.3.1) and no more than that: the library's
 * own encodes `-` and `_` as well, and many servers decode nothing.
 */
function clientSecretBasic(secret: string): oauth.ClientAuth {
  const encoded = (text: string): string => new URLSearchParams({ "": text }).toString().slice(1);
  return (_server, { client_id }, _body, headers) =>
    headers.set("authorization", `Basic ${btoa(`${encoded(client_id)}:${encoded(secret)}`)}`);
}

/**
 * Makes oauth4webapi send its requests through `system.fetch`; no word that comes back repeats a secret
 * that was sent.
 */
export function wireOptions(
  server: AuthorizationServer,
  system: Pick<System, "fetch">,
  timeout = TIMEOUT,
): { [oauth.customFetch]: typeof fetch; [oauth.allowInsecureRequests]: boolean } {
  return {
    [oauth.allowInsecureRequests]: true, // urlProblem() allows http: for loopback alone
    [oauth.customFetch]: async (input, init) => {
      const request: HttpRequest = {
        method: "POST",
        url: String(input),
        headers: Object.fromEntries(new Headers(init?.headers)),
        body: String(init?.body ?? ""),
        caCertificates: server.caCertificates,
        timeout,
        keepsWhatArrived: true,
      };
      return await withoutEchoes(await answerTo(request, system), request);
    },
  };
}

/**
 * The answer; of a 2xx that broke off or is far too long, its fields when they are whole or bring the refresh token,
 * which comes once.
 *
 * @throws {CliError} `unavailable`; with `answer_cut` for any other 2xx than a web page: the server has acted, and
 * what was sent may be dead by now (RFC 9700, section 4.14.2).
 */
async function answerTo(request: HttpRequest, system: Pick<System, "fetch">): Promise<Response> {
  try {
    return await system.fetch(request);
  } catch (error) {
    if (!(error instanceof CliError) || !error.arrived?.ok) throw error;
    const text = await error.arrived.text();
    if (isPage(text)) throw error;
    const fields = answerFields(text, { isCut: true, sent: secretsIn(request) });
    const isUsable = text.trimEnd().endsWith("}") || field(fields ?? {}, "refresh_token", "string");
    if (fields !== undefined && isUsable) return Response.json(fields);
    const { host } = new URL(request.url);
    const reason = error.answerLost ? "it broke off in the middle" : "it is far too long";
    throw new CliError("unavailable", `Cannot use the answer of ${host}: ${reason}`, {
      code: "answer_cut",
      next: IN_A_MINUTE,
    });
  }
}

/** The answer, whatever its status, with words that are fit to be shown; what is no JSON is not shown. */
async function withoutEchoes(response: Response, request: HttpRequest): Promise<Response> {
  const { status, headers } = response;
  const text = await response.text(); // to look at `body` would make a stream, which takes a millisecond
  if (text === "") return new Response(null, { status, headers });
  const sent = secretsIn(request);
  const fields = answerFields(text, { sent });
  const body = fields && JSON.stringify(maskFields(sent, fields));
  return new Response(body ?? text, { status, headers });
}
