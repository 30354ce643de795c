// Why a lock of a row was not taken, or is lost, in any database. Rule: the process that has it is named where it is known.

import { CliError } from "../../base/errors.ts";

/** Another process has the login by now. */
export function takenOver(store: string, who = "another process"): CliError {
  const reason = `${who} took over the login`;
  return new CliError("storage", `Cannot lock the login in the login store ${store}: ${reason}`, {
    reason,
    next: "try the same command again",
  });
}

/** Another process still has it, after so many milliseconds. */
export function heldTooLong(profile: string, store: string, waited: number): CliError {
  const reason = `waited ${Math.round(waited / 1000)} s for another process`;
  return new CliError(
    "storage",
    `Cannot lock profile ${profile} in the login store ${store}: ${reason}`,
    { reason, next: "try the same command again in a minute" },
  );
}
