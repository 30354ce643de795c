// Loads oidc-provider, and the key that it signs with, once for all sandboxes of a process.
// Rule: one known warning is dropped while it loads; every other message gets through.
// @ts-types="@types/oidc-provider"
import type { JWK, Provider } from "oidc-provider";

/**
 * Loads oidc-provider without its one line about Deno not being Node.
 *
 * It still works, and a line on standard error would look like the program's.
 */
export async function loadProvider(): Promise<typeof Provider> {
  const { warn } = console;
  // deno-lint-ignore no-console
  console.warn = (...message): void => {
    if (!String(message[0]).includes("Unsupported runtime")) warn(...message);
  };
  try {
    return (await import("oidc-provider")).Provider;
  } finally {
    // deno-lint-ignore no-console
    console.warn = warn;
  }
}

let key: Promise<JWK> | undefined; // an RSA key takes long to make, and nothing depends on it being new

/** The key that signs id_tokens, RS256 as most servers do. */
export function signingKey(): Promise<JWK> {
  key ??= makeSigningKey();
  return key;
}

async function makeSigningKey(): Promise<JWK> {
  const algorithm = {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  };
  const { privateKey } = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const { n, e, d, p, q, dp, dq, qi } = await crypto.subtle.exportKey("jwk", privateKey);
  return { kty: "RSA", use: "sig", alg: "RS256", kid: "sandbox", n, e, d, p, q, dp, dq, qi } as JWK;
}
