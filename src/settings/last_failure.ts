// What went wrong the last time, for `doctor`. Rule: best effort, after everything else is done; it holds
// what was printed, and so no secret.

import { type CliError, ifPossible } from "../base/errors.ts";
import { field, onlyDefined, parseObject } from "../base/json.ts";
import { readIn } from "../files/private_file.ts";
import { writeIn } from "../files/replacement.ts";

export interface LastFailure {
  /** In milliseconds since the epoch. */
  readonly at: number;
  readonly command: string;
  readonly message: string;
  /** The OAuth error code that a server answered with. */
  readonly oauthError?: string | undefined;
}

/** Keeps a failure, in a configuration directory that exists; whatever hinders that is ignored. */
export function saveFailure(
  configDir: string,
  profile: string,
  command: string,
  error: CliError,
  now: number,
): void {
  const { kind, message, oauthError } = error;
  const failure = { version: 1, at: now, command, kind, message, oauthError };
  const text = JSON.stringify(failure) + "\n";
  ifPossible(() => writeIn(configDir, `failures/${profile}.json`, text));
}

export function lastFailure(configDir: string, profile: string): LastFailure | undefined {
  const file = `failures/${profile}.json`;
  const fields = ifPossible(() => readIn(configDir, file, parseObject, "")) ?? {};
  const at = field(fields, "at", "number");
  const command = field(fields, "command", "string");
  const message = field(fields, "message", "string");
  if (at === undefined || command === undefined || message === undefined) return undefined;
  return onlyDefined({ at, command, message, oauthError: field(fields, "oauthError", "string") });
}
