// Whether a browser has accepted the listener's certificate, so that no warning has to be announced. Rule: kept
// beside the certificate; that it cannot be kept or read spoils nothing.

import { field, parseObject } from "../base/json.ts";
import { ifPossible } from "../base/errors.ts";
import { readIn } from "../files/private_file.ts";
import { writeIn } from "../files/replacement.ts";
import type { ListenerCertificate } from "./certificate.ts";

const FILE = "tls/accepted.json";

/** Whether a connection with this certificate has succeeded once, or this computer trusts it. */
export function isAccepted(configDir: string, { fingerprint }: ListenerCertificate): boolean {
  const accepted = ifPossible(() => readIn(configDir, FILE, parseObject, ""));
  return accepted !== undefined && field(accepted, "fingerprint", "string") === fingerprint;
}

/** Keeps that this certificate works. */
export function saveAccepted(configDir: string, certificate: ListenerCertificate): void {
  if (isAccepted(configDir, certificate)) return;
  const { fingerprint } = certificate;
  ifPossible(() => writeIn(configDir, FILE, JSON.stringify({ version: 1, fingerprint }) + "\n"));
}
