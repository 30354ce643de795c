// Makes id_tokens, right ones and wrong ones.
// Rule: every signature is real, so that a wrong id_token is wrong in one thing only.

/** What is different from a right id_token. */
export interface IdTokenChange {
  readonly algorithm?: "RS256" | "ES256" | "HS256" | "none";
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** Makes id_tokens with one issuer's keys. */
export type SignIdToken = (
  claims: Readonly<Record<string, unknown>>,
  secret: string,
  change: IdTokenChange,
) => Promise<string>;

const SIGNING = {
  RS256: { name: "RSASSA-PKCS1-v1_5" },
  ES256: { name: "ECDSA", hash: "SHA-256" },
  HS256: { name: "HMAC", hash: "SHA-256" },
} as const;

/** Makes the keys of an issuer. */
export async function idTokenSigner(): Promise<SignIdToken> {
  const rsa = await crypto.subtle.generateKey(
    {
      ...SIGNING.RS256,
      modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1]),
      hash: "SHA-256",
    },
    false,
    ["sign", "verify"],
  );
  const ec = await crypto.subtle.generateKey(
    { name: "ECDSA", namedCurve: "P-256" },
    false,
    ["sign", "verify"],
  );
  return async (claims, secret, { algorithm = "RS256", claims: changed = {} }) => {
    const parts = [{ alg: algorithm, typ: "JWT" }, { ...claims, ...changed }];
    const signed = parts.map((part) => encoded(new TextEncoder().encode(JSON.stringify(part))))
      .join(".");
    if (algorithm === "none") return `${signed}.`;
    const key = {
      RS256: () => rsa.privateKey,
      ES256: () => ec.privateKey,
      HS256: () => secretKey(secret),
    }[algorithm];
    const bytes = new TextEncoder().encode(signed);
    const signature = await crypto.subtle.sign(SIGNING[algorithm], await key(), bytes);
    return `${signed}.${encoded(new Uint8Array(signature))}`;
  };
}

function secretKey(secret: string): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", new TextEncoder().encode(secret), SIGNING.HS256, false, [
    "sign",
  ]);
}

function encoded(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_")
    .replaceAll("=", "");
}
