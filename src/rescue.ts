// When new tokens cannot be saved in their place. Rule: they go into a private file elsewhere, never onto a
// screen, and the lock file leads the next command there.

import { CliError } from "./errors.ts";
import type { FileLock } from "./lock_file.ts";
import { diskReason, readPrivateFile } from "./private_file.ts";
import { writePrivateFile } from "./replacement.ts";
import type { System } from "./system.ts";
import { parseTokenSet, type TokenSet } from "./token_set.ts";

type RescueSystem = Pick<System, "env">;

/** What failed. */
export interface FailedSave {
  /** Where the login belongs. */
  readonly path: string;
  /** The file beside it that has the whole text already, if it does. */
  readonly waiting: { readonly path: string; readonly isSynced: boolean } | undefined;
  readonly lock: Pick<FileLock, "note">;
  readonly cause: CliError;
}

/** Where the holder of a lock will rescue new tokens to if it has to; the lock file says so beforehand. */
export function plannedRescue(path: string, system: RescueSystem): string {
  return rescuePaths(path, system)[0] ?? "";
}

/** Puts the login where the next command finds it; the error says where that is. */
export function rescueLogin(text: string, failed: FailedSave, system: RescueSystem): CliError {
  const { path, waiting, lock, cause } = failed;
  const reason = `Cannot save the new tokens: ${diskReason(cause.cause ?? cause)}`;
  const elsewhere = waiting?.isSynced
    ? undefined
    : rescuePaths(path, system).find((place) => isDone(() => writePrivateFile(place, text)));
  const rescued = elsewhere ?? waiting?.path;
  if (rescued === undefined) {
    return new CliError("storage", `${reason}; they could not be rescued anywhere`, {
      code: "not_saved",
      next: "anaplan-auth login; the old refresh token may no longer be valid",
      cause,
    });
  }
  if (elsewhere !== undefined) isDone(() => lock.note(elsewhere)); // it is looked for by its name, too
  return new CliError("storage", `${reason}; they are in ${rescued}`, {
    code: "not_saved",
    next: "fix that, then run the same command again: it puts the tokens in their place",
    cause,
  });
}

/** A login that an earlier process rescued, if there is one. */
export function findRescued(
  path: string,
  noted: string,
  system: RescueSystem,
): { readonly path: string; readonly tokenSet: TokenSet } | undefined {
  const places = [...(noted === "" ? [] : [noted]), ...rescuePaths(path, system)];
  for (const place of places) {
    try {
      const text = readPrivateFile(place);
      if (text !== undefined) return { path: place, tokenSet: parseTokenSet(text) };
    } catch {
      // not a file of ours: in a directory that all may write to, anything may have that name
    }
  }
}

/** Places that outlive a sign-out and a reboot come first. The name says which login it is. */
function rescuePaths(path: string, { env }: RescueSystem): string[] {
  const places = [
    env("TMPDIR"),
    env("TEMP"),
    "/var/tmp",
    env("HOME"),
    "/tmp",
    env("XDG_RUNTIME_DIR"),
  ];
  const login = path.replace(/\.json$/, "").replace(/[^\w.-]+/g, "_").slice(-150);
  // a relative one would be another directory for the next command
  return places.filter((place) => place !== undefined)
    .filter((place) => /^([/\\]|[A-Za-z]:)/.test(place))
    .map((place) => `${place.replace(/[/\\]$/, "")}/anaplan-auth-rescued-${login}.json`);
}

function isDone(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
