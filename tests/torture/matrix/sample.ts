// A sample of the fault matrix, a few cells of each kind, for every test run and for the quick torture.
// Rule: every kind is in it, and no cell that waits.
import type { CellTest } from "./verdict.ts";

const SAMPLE: readonly RegExp[] = [
  /^(nothing odd|token_type: missing|scope: a list|HTTP 201|access_token: empty); refresh, no issuer, clock right$/,
  /^(id_token: ES256, RS256 announced|id_token: wrong aud|refresh_token: empty); refresh, an issuer, clock right$/,
  /^nothing odd; (refresh, an issuer, clock ahead|login by browser, an issuer, clock behind)$/,
  /^(expires_in: milliseconds|garbage after the JSON|token_type: strange); login by paste, no issuer, clock right$/,
  /^id_token: wrong nonce; login by paste, an issuer, clock right$/,
  /^(400, invalid_(grant|request)|401, temporarily_unavailable|403, (access_denied|HTML)|400, invalid_client); refresh$/,
  /^(400, invalid_grant|503, HTML); login$/,
  /^answer cut .*; (refresh|login)$/,
  /^(a file size limit of 1 KiB|a full disk|a read-only directory|a missing directory) before .*; (refresh|login)$/,
  /^(a read-only directory|an immutable login file|no file descriptor left) after .*; (refresh|login)$/,
  /^(a full disk|EIO at the first fsync) after .*; refresh$/,
  /^(a full disk|a missing directory) before .*; (refresh|login), sealed$/,
  /^(a read-only directory|an immutable login file) after .*; (refresh|login), sealed$/,
  /^(a full disk|EIO at the first fsync|no file descriptor left) after .*; refresh, sealed$/,
  /^a full disk (before|after) .*; (refresh|login), sealed, the key file is gone$/,
  /^an immutable login file (before|after) .*; refresh, sealed, the key's helper fails$/,
  /^SIG(HUP|INT|QUIT|TERM), request sent, answer held back; refresh$/,
  /^SIG(HUP|TERM), (waiting for the lock; refresh|half of the answer sent; login|after the save; whoami)$/,
  /^SIGHUP under nohup, request sent, answer held back; refresh$/,
  /^SIGKILL, request sent, answer held back; refresh$/,
  /^SIGTERM while the save fails; refresh$/,
  /^a login over a login of the same client; /,
];

/** Whether the cell is in the sample. */
export function isSample({ name }: CellTest): boolean {
  return SAMPLE.some((pattern) => pattern.test(name));
}
