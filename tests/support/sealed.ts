// Sealed logins, looked at from outside: opened by hand, and searched for what must not be there.
// Rule: Node's own cipher opens them, and nothing of the program does.
import { createCipheriv, createDecipheriv, createHash } from "node:crypto";
import type { Credentials } from "./home.ts";

/** A key of 32 bytes, as base64. */
export function newKey(): string {
  return crypto.getRandomValues(new Uint8Array(32)).toBase64();
}

/** The id of a key: the first 12 characters of the base64url SHA-256 of it. */
export function keyId(key: string): string {
  return createHash("sha256").update(Buffer.from(key, "base64")).digest("base64url").slice(0, 12);
}

/** The protected header of a sealed login, and the login in it; throws when the key does not open it. */
export function openByHand(
  text: string,
  key: string,
): { readonly header: Record<string, string>; readonly login: Credentials } {
  const { version, sealed, ...rest } = JSON.parse(text);
  if (version !== 2) throw new Error(`version ${version}`);
  const known = ["rescuedFor", "follows"];
  if (Object.keys(rest).some((name) => !known.includes(name))) throw new Error("another field");
  const [head = "", , iv = "", ciphertext = "", tag = ""] = sealed.split(".");
  const cipher = createDecipheriv(
    "aes-256-gcm",
    Buffer.from(key, "base64"),
    Buffer.from(iv, "base64url"),
  );
  cipher.setAAD(Buffer.from(head, "ascii"));
  cipher.setAuthTag(Buffer.from(tag, "base64url"));
  const opened = Buffer.concat([
    cipher.update(Buffer.from(ciphertext, "base64url")),
    cipher.final(),
  ]);
  return {
    header: JSON.parse(Buffer.from(head, "base64url").toString()),
    login: JSON.parse(opened.toString()),
  };
}

/** The files at or below some places that have one of the texts in them. */
export function filesWith(texts: readonly string[], places: readonly string[]): string[] {
  return places.flatMap(filesAt).filter((path) => {
    const content = new TextDecoder("latin1").decode(ifThere(() => Deno.readFileSync(path)));
    return texts.some((text) => content.includes(text));
  });
}

/** The files below a home directory with any login in plain text, and those with one of the tokens. */
export function plainFiles(home: string, tokens: Iterable<string>): string[] {
  const texts = [...tokens].filter((token) => token !== "");
  const anyLogin = ['"accessToken"', '"refreshToken"'];
  return [...filesWith([...anyLogin, ...texts], [home]), ...filesWith(texts, rescuedElsewhere())];
}

/** The rescued files outside of any home directory, of every user. */
function rescuedElsewhere(): string[] {
  return ["/var/tmp", "/tmp"].flatMap((directory) =>
    Array.from(Deno.readDirSync(directory), ({ name }) => `${directory}/${name}`)
      .filter((path) => path.includes("anaplan-auth-rescued-"))
  );
}

function filesAt(path: string): string[] {
  const info = ifThere(() => Deno.lstatSync(path));
  if (!info?.isDirectory) return info?.isFile ? [path] : [];
  const names = Array.from(ifThere(() => Deno.readDirSync(path)) ?? [], ({ name }) => name);
  return names.flatMap((name) => filesAt(`${path}/${name}`));
}

/** Another test's file may have gone in the meantime. */
function ifThere<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Seals a text as the program does. */
export function sealByHand(text: string, key: string, profile: string): string {
  const header = { alg: "dir", enc: "A256GCM", kid: keyId(key), profile };
  const head = Buffer.from(JSON.stringify(header)).toString("base64url");
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const cipher = createCipheriv("aes-256-gcm", Buffer.from(key, "base64"), iv);
  cipher.setAAD(Buffer.from(head, "ascii"));
  const ciphertext = Buffer.concat([cipher.update(text), cipher.final()]);
  const parts = [Buffer.from(iv), ciphertext, cipher.getAuthTag()];
  const sealed = [head, "", ...parts.map((part) => part.toString("base64url"))].join(".");
  return JSON.stringify({ version: 2, sealed }) + "\n";
}
