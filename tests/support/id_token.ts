// An id_token as a known issuer sends it; its signature is not looked at over TLS (OpenID Connect Core 1.0,
// section 3.1.3.7).
import { CLIENT, KNOWN_SERVER } from "./oauth.ts";

/** A JWT with these claims besides the good ones, whose header names the algorithm. */
export function idToken(claims: Readonly<Record<string, unknown>>, alg = "RS256"): string {
  const part = (value: unknown): string =>
    new TextEncoder().encode(JSON.stringify(value)).toBase64({
      alphabet: "base64url",
      omitPadding: true,
    });
  const now = Math.floor(Date.now() / 1000);
  const good = {
    iss: KNOWN_SERVER.issuer,
    aud: CLIENT.clientId,
    sub: "ada",
    iat: now,
    exp: now + 60,
  };
  return `${part({ alg })}.${part({ ...good, ...claims })}.${part("signature")}`;
}
