// When new tokens cannot be saved in their place. Rule: they go into a private file elsewhere, never onto a
// screen, and the lock file leads the next command there.

import { CliError } from "./errors.ts";
import type { FileLock } from "./lock_file.ts";
import { diskReason } from "./private_file.ts";
import { writePrivateFile } from "./replacement.ts";
import type { System } from "./system.ts";
import { shellWord } from "./text.ts";

type RescueSystem = Pick<System, "env">;

/** What failed. */
export interface FailedSave {
  /** Where the login belongs. */
  readonly path: string;
  /** The file beside it that has the whole text already, if it does. */
  readonly waiting: string | undefined;
  readonly lock: Pick<FileLock, "noted" | "note">;
  readonly cause: CliError;
}

/** Where the holder of a lock will rescue new tokens to if it has to; the lock file says so beforehand. */
export function plannedRescue(system: RescueSystem): string {
  return rescuePaths(system)[0] ?? "";
}

/** Puts the login where the next command finds it; the error says where that is. */
export function rescueLogin(text: string, failed: FailedSave, system: RescueSystem): CliError {
  const { path, waiting, cause } = failed;
  const reason = `Cannot save the new tokens: ${diskReason(cause.cause ?? cause)}`;
  const rescued = waiting ?? rescuePaths(system).find((place) => isWritten(place, text));
  if (rescued === undefined) {
    return new CliError("storage", `${reason}; they could not be rescued anywhere`, {
      code: "not_saved",
      next: "anaplan-auth login; the old refresh token may no longer be valid",
      cause,
    });
  }
  const isFound = waiting !== undefined || isNoted(failed.lock, rescued);
  return new CliError("storage", `${reason}; they are in ${rescued}`, {
    code: "not_saved",
    next: isFound
      ? "fix that, then run the same command again: it puts the tokens in their place"
      : `fix that, then put them in their place first: mv ${shellWord(rescued)} ${shellWord(path)}`,
    cause,
  });
}

/** Places that outlive a sign-out and a reboot come first. */
function rescuePaths({ env }: RescueSystem): string[] {
  const places = [
    env("TMPDIR"),
    env("TEMP"),
    "/var/tmp",
    env("HOME"),
    "/tmp",
    env("XDG_RUNTIME_DIR"),
  ];
  const name = `anaplan-auth-rescued-${crypto.randomUUID()}.json`;
  // a relative one would be another directory for the next command
  return places.filter((place) => place !== undefined)
    .filter((place) => /^([/\\]|[A-Za-z]:)/.test(place))
    .map((place) => `${place.replace(/[/\\]$/, "")}/${name}`);
}

function isWritten(path: string, text: string): boolean {
  try {
    writePrivateFile(path, text);
    return true;
  } catch {
    return false;
  }
}

/** Whether the lock file names the path; it does already when the planned place took the login. */
function isNoted(lock: FailedSave["lock"], path: string): boolean {
  try {
    lock.note(path);
    return true;
  } catch {
    return false;
  }
}
