// The key of sealed logins: 32 bytes, as a key that cannot be exported, and its id. Rule: no text of ours ever has
// more of it than the id.

import { ifPossible } from "../base/errors.ts";

export interface Key {
  /** The first 12 characters of the base64url SHA-256 of the key. */
  readonly id: string;
  readonly crypto: CryptoKey;
}

const LENGTH = 32;

/**
 * The key in some bytes: raw, base64, base64url or hex; `undefined` when there is none. A text of 32 characters
 * is no key: it is a password, or what is left of a longer text.
 */
export async function keyIn(bytes: Uint8Array<ArrayBuffer>): Promise<Key | undefined> {
  const text = new TextDecoder().decode(bytes);
  const isRaw = bytes.length === LENGTH && !/^[ -~\n]*$/.test(text);
  const raw = isRaw ? bytes : decoded(text.trim());
  if (raw?.length !== LENGTH) return undefined;
  const uses: KeyUsage[] = ["encrypt", "decrypt"];
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", raw));
  return {
    id: digest.toBase64({ alphabet: "base64url", omitPadding: true }).slice(0, 12),
    crypto: await crypto.subtle.importKey("raw", raw, "AES-GCM", false, uses),
  };
}

/** A new key as base64, for a keychain. */
export function newKeyText(): string {
  return crypto.getRandomValues(new Uint8Array(LENGTH)).toBase64();
}

function decoded(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return Uint8Array.fromHex(text);
  const alphabet = /[-_]/.test(text) ? "base64url" : "base64";
  return ifPossible(() => Uint8Array.fromBase64(text, { alphabet }));
}
