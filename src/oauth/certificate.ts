// The loopback listener's own certificate. Rule: made once, kept, and renewed before it expires, so that a
// browser that already accepts it needs no second click; the X.509 code is loaded only to make one.

import { run } from "../base/words.ts";
import { ifPossible, unlessFailed } from "../base/errors.ts";
import { field, parseObject } from "../base/json.ts";
import { lockFile } from "../files/lock_file.ts";
import { damagedFileError, readIn, type Warn } from "../files/private_file.ts";
import {
  ensurePrivateDirectory,
  removeLeftovers,
  writeIn,
  writePrivateFile,
} from "../files/replacement.ts";
import { loadOrSetAside } from "../files/set_aside.ts";
import type { System } from "../system/contract.ts";
import { hashOf } from "./token_sets.ts";

/** One clock for dates, and one for waiting. */
type Clock = Pick<System, "now" | "monotonic" | "sleep">;

/** A self-signed certificate and its key. */
export interface ListenerCertificate {
  /** PEM. */
  readonly certificate: string;
  /** PEM (PKCS #8); as secret as a token. */
  readonly key: string;
  /** SHA-256 of the certificate, in upper-case hexadecimal. */
  readonly fingerprint: string;
  /** In milliseconds since the epoch. */
  readonly notAfter: number;
  /** SHA-256 of certificate and key, which shows damage; absent in files of before this was kept. */
  readonly sum?: string | undefined;
}

const FILE = "tls/listener.json";
const RENEW = run("cert renew");
const NAMES = ["localhost"] as const;
const ADDRESSES = ["127.0.0.1", "::1"] as const;
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY = 24 * 60 * 60 * 1000;
/** Browsers refuse longer ones when they are trusted (398 days). */
const LIFETIME = 397 * DAY;
const RENEW_BEFORE = 30 * DAY;
const LOCK_DEADLINE = 10_000;

/** The listener's certificate: the one that is kept, or a new one in the place of a bad or old one. */
export async function listenerCertificate(
  configDir: string,
  clock: Clock,
  warn: Warn,
): Promise<ListenerCertificate> {
  return await usableCertificate(configDir, clock) ??
    await replaceCertificate(configDir, () => usableCertificate(configDir, clock), clock, warn);
}

/** The certificate that is kept, when it is whole and does not expire soon. */
async function usableCertificate(
  configDir: string,
  clock: Clock,
): Promise<ListenerCertificate | undefined> {
  const kept = await unlessFailed(
    () => undamagedCertificate(configDir),
    ({ damagedFile }) => damagedFile !== undefined,
  );
  return kept !== undefined && kept.notAfter - clock.now() > RENEW_BEFORE ? kept : undefined;
}

/** A new certificate in the place of the one that is kept. */
export function renewCertificate(
  configDir: string,
  clock: Clock,
  warn: Warn,
): Promise<ListenerCertificate> {
  return replaceCertificate(configDir, () => Promise.resolve(undefined), clock, warn);
}

/** The certificate as it is kept, however old; `undefined` before the first login. */
export function storedCertificate(configDir: string): ListenerCertificate | undefined {
  return readIn(configDir, FILE, parseCertificate, RENEW);
}

/** Writes the certificate, without its key, into a file of its own; returns the path. */
export function savePublicCertificate(
  configDir: string,
  { certificate }: ListenerCertificate,
  warn: Warn,
): string {
  const file = "tls/certificate.pem";
  writeIn(configDir, file, certificate + "\n", warn);
  return `${configDir}/${file}`;
}

async function replaceCertificate(
  configDir: string,
  keptNow: () => Promise<ListenerCertificate | undefined>,
  clock: Clock,
  warn: Warn,
): Promise<ListenerCertificate> {
  ensurePrivateDirectory(configDir);
  ensurePrivateDirectory(`${configDir}/tls`);
  using _lock = await lockFile(`${configDir}/tls/listener.lock`, LOCK_DEADLINE, clock);
  const kept = await keptNow(); // another login may have made one in the meantime
  if (kept !== undefined) return kept;
  await undamagedCertificate(configDir).catch((error) =>
    loadOrSetAside(() => {
      throw error;
    }, warn)
  );
  const parts = await makeCertificate(clock.now());
  const made = { ...parts, sum: await sumOf(parts) };
  const text = JSON.stringify({ version: 1, ...made }, undefined, 2) + "\n";
  writePrivateFile(`${configDir}/${FILE}`, text, warn);
  removeLeftovers(`${configDir}/${FILE}`, 0); // one may hold a key
  return made;
}

/** The fingerprint as it fits into a line: `3F9A…1C07`. */
export function shortFingerprint(fingerprint: string): string {
  return `${fingerprint.slice(0, 4)}…${fingerprint.slice(-4)}`;
}

function parseCertificate(text: string): ListenerCertificate {
  const fields = parseObject(text);
  const certificate = field(fields, "certificate", "string");
  const key = field(fields, "key", "string");
  const fingerprint = field(fields, "fingerprint", "string");
  const notAfter = field(fields, "notAfter", "number");
  const isPem = [certificate, key].every((text) => text?.startsWith("-----BEGIN "));
  if (!isPem || !certificate || !key || !fingerprint || !notAfter) {
    throw new Error("it is not a certificate saved by anaplan-auth");
  }
  return { certificate, key, fingerprint, notAfter, sum: field(fields, "sum", "string") };
}

/** The stored certificate, when no bit of it has changed since it was saved. */
async function undamagedCertificate(configDir: string): Promise<ListenerCertificate | undefined> {
  const stored = storedCertificate(configDir);
  if (stored?.sum === undefined || stored.sum === await sumOf(stored)) return stored;
  throw damagedFileError(`${configDir}/${FILE}`, "its certificate or its key has changed", RENEW);
}

async function sumOf(parts: Pick<ListenerCertificate, "certificate" | "key">): Promise<string> {
  return (await hashOf(parts.certificate + parts.key)).toUpperCase();
}

/**
 * Makes a P-256 leaf (CA:FALSE, TLS server only) for the loopback names. It can sign for nothing else:
 * who trusts it trusts this listener alone.
 */
async function makeCertificate(now: number): Promise<ListenerCertificate> {
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const notAfter = now + LIFETIME;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=anaplan-auth listener on this computer",
    notBefore: new Date(now - DAY), // clocks differ a little, even between programs
    notAfter: new Date(notAfter),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        ...NAMES.map((value) => ({ type: "dns" as const, value })),
        ...ADDRESSES.map((value) => ({ type: "ip" as const, value })),
      ]),
    ],
  });
  const key = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  const thumbprint = new Uint8Array(await certificate.getThumbprint("SHA-256"));
  return {
    certificate: certificate.toString("pem"),
    key: x509.PemConverter.encode(key, "PRIVATE KEY"),
    fingerprint: thumbprint.toHex().toUpperCase(),
    notAfter,
  };
}

const ACCEPTED_FILE = "tls/accepted.json";

/** Whether a connection with this certificate has succeeded once, or this computer trusts it. */
export function isAccepted(configDir: string, { fingerprint }: ListenerCertificate): boolean {
  const accepted = ifPossible(() => readIn(configDir, ACCEPTED_FILE, parseObject, ""));
  return accepted !== undefined && field(accepted, "fingerprint", "string") === fingerprint;
}

/** Keeps that this certificate works. */
export function saveAccepted(configDir: string, certificate: ListenerCertificate): void {
  if (isAccepted(configDir, certificate)) return;
  const { fingerprint } = certificate;
  ifPossible(() =>
    writeIn(configDir, ACCEPTED_FILE, JSON.stringify({ version: 1, fingerprint }) + "\n")
  );
}
