// The text of a sealed login: a JWE (RFC 7516) in compact form, encrypted with the key itself (`dir`, A256GCM).
// Rule: the header names the key and the profile, and both are authenticated.

import { field, type Fields, parseObject } from "../base/json.ts";
import { quoteWords } from "../base/masking.ts";
import type { Key } from "./key.ts";

/** What can be read of a sealed text without its key. */
export interface Header {
  /** The id of the key; empty when the header cannot be read, and quoted when it is none. */
  readonly key: string;
  readonly profile: string;
}

/**
 * What seals texts for a profile. It was loaded and tried before this returns, so that a save needs no file of the
 * program: an update may have removed that by then.
 */
export async function textSealer(
  key: Key,
  profile: string,
): Promise<(text: string) => Promise<string>> {
  const { CompactEncrypt } = await import("jose/jwe/compact/encrypt");
  const seal = async (text: string): Promise<string> => {
    const sealed = await new CompactEncrypt(new TextEncoder().encode(text))
      .setProtectedHeader({ alg: "dir", enc: "A256GCM", kid: key.id, profile })
      .encrypt(key.crypto);
    return JSON.stringify({ version: 2, sealed }) + "\n";
  };
  await seal("");
  return seal;
}

/** Begins to load what opens a sealed text, while its key is on the way. */
export function loadDecrypt(): void {
  import("jose/jwe/compact/decrypt").catch(() => {}); // it is thrown where it is used
}

/** Begins to load what seals a text. */
export function loadEncrypt(): void {
  import("jose/jwe/compact/encrypt").catch(() => {});
}

/** The text that {@link textSealer} sealed. @throws {Error} when it is not the key's, or not as it was. */
export async function unseal(sealed: string, key: Key): Promise<string> {
  const { compactDecrypt } = await import("jose/jwe/compact/decrypt");
  const { plaintext } = await compactDecrypt(jweIn(sealed), key.crypto, {
    keyManagementAlgorithms: ["dir"],
    contentEncryptionAlgorithms: ["A256GCM"],
  });
  return new TextDecoder().decode(plaintext);
}

/** What a sealed text says about itself; none of it is proven before it is opened. */
export function headerOf(sealed: string): Header {
  try {
    const [head = ""] = jweIn(sealed).split(".");
    const bytes = Uint8Array.fromBase64(head, { alphabet: "base64url" });
    const fields: Fields = parseObject(new TextDecoder().decode(bytes));
    const text = (name: string): string => field(fields, name, "string") ?? "";
    const key = text("kid");
    return { key: /^[\w-]*$/.test(key) ? key : quoteWords(key), profile: text("profile") };
  } catch {
    return { key: "", profile: "" };
  }
}

/** @throws {Error} when the text is cut. */
function jweIn(sealed: string): string {
  return field(parseObject(sealed), "sealed", "string") ?? "";
}
