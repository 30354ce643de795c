// Authorization servers that others wrote, as a company runs them, with one person, Ada, who allows
// everything. Rule: nothing of what the servers say or check is changed.
import { randomBytes } from "node:crypto";
import { createServer, type RequestListener } from "node:http";
import { oauthProvider } from "npm:@better-auth/oauth-provider@1.7.5";
import { betterAuth } from "npm:better-auth@1.7.5";
import { memoryAdapter } from "npm:better-auth@1.7.5/adapters/memory";
import { toNodeHandler } from "npm:better-auth@1.7.5/node";
import { jwt } from "npm:better-auth@1.7.5/plugins";
import type { JWK } from "oidc-provider";
import { loadProvider } from "../sandbox/library.ts";
import { createMemory } from "../sandbox/memory.ts";
import { freePort } from "../support/free_port.ts";
import { type Listening, listening } from "../support/node_server.ts";

/** What a server is to be like. */
export interface ServerWishes {
  /** The algorithm that signs its id_tokens. */
  readonly alg: "ES256" | "EdDSA" | "PS256";
  /** How its client has to send the secret; the metadata offers both. */
  readonly clientAuth: "client_secret_basic" | "client_secret_post";
}

/** A server that runs until it is disposed of, and the client that it knows. */
export interface RealServer extends AsyncDisposable {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Registered for a native app (RFC 8252, section 7.3). */
  readonly redirectUri: string;
}

/** Starts a server of one kind. */
export type StartServer = (wishes: ServerWishes) => Promise<RealServer>;

/** Who signs in at all of them. */
export const ADA = {
  name: "Ada Lovelace",
  email: "ada@example.com",
  password: "analytical engine",
};

/** A server whose handler needs to know where it is. */
export async function serve(
  handlerAt: (origin: string) => Promise<RequestListener>,
): Promise<{ readonly origin: string; readonly open: Listening }> {
  const made = Promise.withResolvers<RequestListener>();
  const server = createServer(async (incoming, outgoing) => {
    (await made.promise)(incoming, outgoing);
  });
  const open = await listening(server);
  const origin = `http://localhost:${open.port}`;
  made.resolve(await handlerAt(origin));
  return { origin, open };
}

/** better-auth with the pages of an application: Ada signs in and consents as soon as she is asked. */
export async function startBetterAuth({ alg, clientAuth }: ServerWishes): Promise<RealServer> {
  const redirectUri = `http://127.0.0.1:${freePort()}/callback`;
  const client = { id: "", secret: "" };
  const { origin, open } = await serve(async (baseURL) => {
    const auth = betterAuthAt(baseURL, alg);
    const { tables } = await auth.$context;
    for (const table of Object.keys(tables)) auth.database[table] = [];
    const post = poster(auth.handler, baseURL);
    const { headers } = await post("/sign-up/email", ADA);
    const made = await post("/oauth2/create-client", {
      redirect_uris: [redirectUri],
      application_type: "native",
      token_endpoint_auth_method: clientAuth,
      scope: "openid email offline_access",
    }, headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; "));
    const { client_id, client_secret } = await made.json();
    Object.assign(client, { id: client_id, secret: client_secret });
    return toNodeHandler(applicationAround(auth.handler, post));
  });
  return {
    issuer: `${origin}/api/auth`,
    clientId: client.id,
    clientSecret: client.secret,
    redirectUri,
    [Symbol.asyncDispose]: () => open[Symbol.asyncDispose](),
  };
}

function betterAuthAt(baseURL: string, alg: ServerWishes["alg"]) {
  const database: Record<string, unknown[]> = {};
  const auth = betterAuth({
    baseURL,
    secret: randomBytes(32).toString("hex"),
    database: memoryAdapter(database),
    emailAndPassword: { enabled: true },
    telemetry: { enabled: false },
    logger: { disabled: true },
    plugins: [
      jwt({ jwks: { keyPairConfig: { alg } }, disableSettingJwtHeader: true }),
      // its types are not made for exact optional properties
      oauthProvider({ loginPage: "/sign-in", consentPage: "/consent" }) as never,
    ],
  });
  return Object.assign(auth, { database });
}

type Handler = (request: Request) => Promise<Response>;
type Post = (path: string, body: unknown, cookie?: string) => Promise<Response>;

function poster(handler: Handler, origin: string): Post {
  return (path, body, cookie = "") =>
    handler(
      new Request(`${origin}/api/auth${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", origin, cookie },
        body: JSON.stringify(body),
      }),
    );
}

/** The application's own two pages, on which a person would press a button. */
function applicationAround(handler: Handler, post: Post): Handler {
  return async (request) => {
    const { pathname, search } = new URL(request.url);
    const oauth_query = search.slice(1);
    const cookie = request.headers.get("cookie") ?? "";
    const answer = pathname === "/sign-in"
      ? await post("/sign-in/email", { ...ADA, oauth_query }, cookie)
      : pathname === "/consent"
      ? await post("/oauth2/consent", { accept: true, oauth_query }, cookie)
      : undefined;
    if (answer === undefined) return await handler(request);
    const headers = new Headers({ location: (await answer.json()).url });
    for (const set of answer.headers.getSetCookie()) headers.append("set-cookie", set);
    return new Response(null, { status: 302, headers });
  };
}

/** In seconds. */
const DAY = 86_400;

/** oidc-provider with an interaction that ends at once. */
export async function startOidcProvider({ alg, clientAuth }: ServerWishes): Promise<RealServer> {
  const Provider = await loadProvider();
  const redirectUri = `http://127.0.0.1:${freePort()}/callback`;
  const client = { id: "a-client_of-oidc.provider", secret: "a secret+with:signs%" };
  const { origin, open } = await serve(async (origin) => {
    const provider = new Provider(origin, {
      adapter: createMemory().adapter,
      clients: [{
        client_id: client.id,
        client_secret: client.secret,
        application_type: "native",
        token_endpoint_auth_method: clientAuth,
        grant_types: ["authorization_code", "refresh_token"],
        redirect_uris: [redirectUri],
        id_token_signed_response_alg: alg,
      }],
      claims: { openid: ["sub"], email: ["email"], profile: ["name"] },
      cookies: { keys: [randomBytes(32).toString("hex")] },
      features: {
        devInteractions: { enabled: false },
        revocation: { enabled: true, allowedPolicy: () => true },
      },
      findAccount: (_, accountId) => ({
        accountId,
        claims: () => ({ sub: accountId, name: ADA.name, email: ADA.email }),
      }),
      interactions: { url: (_, { uid }) => `/interaction/${uid}` },
      rotateRefreshToken: () => true,
      ttl: {
        AccessToken: 600,
        Grant: DAY,
        IdToken: 600,
        Interaction: 600,
        RefreshToken: DAY,
        Session: DAY,
      },
      jwks: { keys: [await keyFor(alg)] },
    });
    provider.use(async (context, next) => {
      if (!context.path.startsWith("/interaction/")) return await next();
      const { req, res } = context;
      const { params } = await provider.interactionDetails(req, res);
      const grant = new provider.Grant({ accountId: "ada", clientId: String(params.client_id) });
      grant.addOIDCScope(String(params.scope));
      const consent = { grantId: await grant.save() };
      context.respond = false;
      await provider.interactionFinished(req, res, { login: { accountId: "ada" }, consent });
    });
    return provider.callback();
  });
  return {
    issuer: origin,
    clientId: client.id,
    clientSecret: client.secret,
    redirectUri,
    [Symbol.asyncDispose]: () => open[Symbol.asyncDispose](),
  };
}

/** A key that signs with the algorithm (RFC 7518, section 3.1; RFC 8037, section 3.1). */
async function keyFor(alg: ServerWishes["alg"]): Promise<JWK> {
  const algorithm = {
    ES256: { name: "ECDSA", namedCurve: "P-256" },
    EdDSA: { name: "Ed25519" },
    PS256: {
      name: "RSA-PSS",
      hash: "SHA-256",
      modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1]),
    },
  }[alg];
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  if (!("privateKey" in keys)) throw new Error("a signing key comes with its public half");
  const { key_ops: _, ext: __, ...jwk } = await crypto.subtle.exportKey("jwk", keys.privateKey);
  return { ...jwk, alg, use: "sig", kid: alg } as JWK;
}
