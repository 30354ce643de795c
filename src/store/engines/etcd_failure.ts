// What etcd and the network report about a failure, in our words. Rule: each cause that a user can fix has a sentence of
// its own.

import { CliError, toCliError } from "../../base/errors.ts";
import { field, type Fields } from "../../base/json.ts";
import { quoteWords } from "../../base/masking.ts";
import type { Address } from "./address.ts";

const CERTIFICATE_ADVICE =
  "see whether etcd wants a client certificate of its authority (cert and key in the address), then try again";
/** The reason of a sign-in that failed or has ended. */
export const REJECTED = "it rejected the user or the password";

/** Why no answer came. */
export function unreachable(thrown: unknown, { name, isEncrypted }: Address): CliError {
  const error = toCliError(thrown);
  if (error.kind !== "unavailable") return error;
  const reason = error.reason ?? "no answer came";
  const mayWantCertificate = isEncrypted && error.answerLost && !error.timedOut;
  return error.with({
    message: `Cannot reach the login store ${name}: ${reason}`,
    reason,
    // TLS 1.3 lets a client speak before it is rejected, and often only the cut is seen
    ...(mayWantCertificate ? { next: CERTIFICATE_ADVICE } : {}),
  });
}

/** What a gRPC status means here (google.rpc.Code). */
export function refusal(fields: Fields, { name, user }: Address): CliError {
  const code = field(fields, "code", "number");
  const cannot = (reason: string, next: string): CliError =>
    new CliError("storage", `Cannot use the login store ${name}: ${reason}`, { reason, next });
  if (code === 3 && user === undefined) {
    return cannot("it wants a user, and the address names none", "write etcds://USER@HOST/PREFIX");
  }
  if (code === 3 || code === 16) {
    return cannot(REJECTED, "check the user and its password (ANAPLAN_AUTH_STORE_PASSWORD_FILE)");
  }
  if (code === 7) {
    return cannot(
      "the user lacks a privilege on its keys",
      "grant it read and write on the prefix",
    );
  }
  if (code === 8) return cannot("its disk is full", "free space in etcd, then try again");
  if (code !== 4 && code !== 5 && code !== 14) {
    return cannot(
      `it answered with error ${quoteWords(`${code ?? "unknown"}`)}`,
      "look at the log of etcd",
    );
  }
  const reason = "it has no leader now";
  return new CliError("unavailable", `Cannot reach the login store ${name}: ${reason}`, {
    reason,
    next: "check that most of its members run, then try again",
    answerLost: true,
  });
}
