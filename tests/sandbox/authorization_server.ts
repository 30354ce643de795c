// Sets up oidc-provider as Anaplan's authorization server, on Anaplan's paths.
// Rule: whatever the library can be configured to do is done here; other files only go around it.
// @ts-types="@types/oidc-provider"
import type { Adapter, ClientMetadata, Configuration, OIDCContext, Provider } from "oidc-provider";
import { randomBytes } from "node:crypto";
import type { SandboxOptions } from "./contract.ts";
import { CLIENTS, USER } from "./identities.ts";
import { loadProvider } from "./library.ts";
import { activationPages, errorPage } from "./pages.ts";
import { SIGNING_KEY } from "./signing_key.ts";

const YEAR = 365 * 24 * 60 * 60;
const HALF_A_DAY = 12 * 60 * 60;
const ACCESS_TOKEN_BITS = 2400 * 6; // 2400 characters: Anaplan's tokens are JWT-sized

/** RFC 8628, section 3.4. */
export const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";
/** `profile` is not among them: Anaplan drops it silently. */
export const SCOPES: readonly string[] = ["openid", "email", "offline_access"];

/** What a request without a scope is for; oidc-provider would have it denied at the end. */
export const DEFAULT_SCOPE = "openid";

/** Where the authorization server's own endpoints are. */
export const ROUTES = {
  authorization: "/auth/authorize",
  token: "/oauth/token",
  device_authorization: "/oauth/device/code",
  code_verification: "/activate",
  revocation: "/oauth/revoke",
  userinfo: "/userinfo",
  jwks: "/.well-known/jwks.json",
} as const;

/** The sign-in page of one authorization request, its id follows. */
export const SIGN_IN_PATH = "/u/login/";

/** Makes the authorization server whose issuer is `origin`. */
export async function createAuthorizationServer(
  origin: string,
  options: SandboxOptions,
  redirectUris: ReadonlySet<string>,
  adapter: (model: string) => Adapter,
): Promise<Provider> {
  const Provider = await loadProvider();
  const provider = new Provider(origin, {
    ...configuration(options),
    adapter,
    jwks: { keys: [SIGNING_KEY] },
  });
  provider.Client.prototype.redirectUriAllowed = (uri: string) => redirectUris.has(uri);
  provider.use(async (context, next) => {
    await next();
    if (context.status !== 200) return;
    adjustAnswer(context.oidc, context.body, options.deviceIntervalSeconds ?? 5);
  });
  return provider;
}

/** Where the library's answers differ from Anaplan's; `oidc` is missing on a path that has no route. */
function adjustAnswer(
  oidc: OIDCContext | undefined,
  body: Record<string, unknown>,
  interval: number,
): void {
  if (oidc?.route === "device_authorization") body.interval = interval;
  const isRefresh = oidc?.route === "token" && oidc.params?.grant_type === "refresh_token";
  if (isRefresh && oidc.client?.clientId === CLIENTS.nonRotating.clientId) {
    delete body.refresh_token;
  }
}

function configuration(options: SandboxOptions): Configuration {
  const accessTokenSeconds = options.accessTokenSeconds ?? 2100;
  return {
    clients: clients(),
    clientAuthMethods: ["client_secret_post", "none"],
    responseTypes: ["code"],
    cookies: { keys: [randomBytes(32).toString("hex")] },
    scopes: [...SCOPES],
    claims: { openid: ["sub"], email: ["email", "email_verified"] },
    routes: ROUTES,
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      revocation: {
        enabled: true,
        allowedPolicy: (_, client, { clientId }) => clientId === client.clientId,
      },
      deviceFlow: { enabled: true, charset: "base-20", mask: "****-****", ...activationPages },
    },
    formats: {
      bitsOfOpaqueRandomness: (_, { kind }) => kind === "AccessToken" ? ACCESS_TOKEN_BITS : 258,
    },
    clockTolerance: 0, // a test that waits for an expiry wants it on the second
    clientBasedCORS: () => false,
    extraParams: ["audience", "connection"],
    findAccount: (_, accountId) => ({
      accountId,
      claims: () => ({ sub: accountId, email: USER.email, email_verified: true }),
    }),
    interactions: { url: (_, interaction) => SIGN_IN_PATH + interaction.uid },
    issueRefreshToken: () => Promise.resolve(true),
    expiresWithSession: () => false,
    rotateRefreshToken: ({ oidc }) => oidc.client?.clientId !== CLIENTS.nonRotating.clientId,
    pkce: { required: () => false },
    renderError: (context, { error, error_description }) => {
      context.type = "html";
      context.body = errorPage(error, error_description);
    },
    ttl: {
      AccessToken: accessTokenSeconds,
      AuthorizationCode: 60,
      DeviceCode: options.deviceCodeSeconds ?? 900,
      Grant: YEAR,
      IdToken: accessTokenSeconds,
      Interaction: 60 * 60,
      RefreshToken: (_, __, { clientId }) =>
        clientId === CLIENTS.nonRotating.clientId ? YEAR : HALF_A_DAY,
      Session: HALF_A_DAY,
    },
  };
}

function clients(): ClientMetadata[] {
  const confidential = [CLIENTS.rotating, CLIENTS.nonRotating].map((client): ClientMetadata => ({
    client_id: client.clientId,
    client_secret: client.clientSecret,
    client_name: "anaplan-auth",
    token_endpoint_auth_method: "client_secret_post",
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    redirect_uris: ["https://127.0.0.1/never-used"], // see redirectUriAllowed above
  }));
  return [...confidential, {
    client_id: CLIENTS.device.clientId,
    client_name: "anaplan-auth",
    token_endpoint_auth_method: "none",
    grant_types: [DEVICE_GRANT, "refresh_token"],
    response_types: [],
    redirect_uris: [],
  }];
}
