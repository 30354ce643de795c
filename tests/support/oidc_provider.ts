// oidc-provider as it comes, with an interaction that ends as soon as it begins.
// @ts-types="@types/oidc-provider"
import type { JWK } from "oidc-provider";
import { randomBytes } from "node:crypto";
import { loadProvider } from "../sandbox/library.ts";
import { createMemory } from "../sandbox/memory.ts";
import { freePort } from "./free_port.ts";
import { ADA, type RealServer, serve, type ServerWishes } from "./real_servers.ts";

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
