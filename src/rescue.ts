// When new tokens cannot be saved in their place. Rule: they go into a private file elsewhere, never onto a
// screen. The file says which lock file's login it belongs to, and only that login takes it back.

import { CliError } from "./errors.ts";
import type { FileLock } from "./lock_file.ts";
import { diskReason, readPrivateFile, splitPath } from "./private_file.ts";
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
  readonly lock: Pick<FileLock, "note" | "identity">;
  readonly cause: CliError;
}

/** Where the holder of a lock will rescue new tokens to if it has to; the lock file says so beforehand. */
export function plannedRescue(path: string, identity: string, system: RescueSystem): string {
  return rescuePaths(path, identity, system)[0] ?? "";
}

/** Puts the login where the next command finds it; the error says where that is. */
export function rescueLogin(text: string, failed: FailedSave, system: RescueSystem): CliError {
  const { path, waiting, lock, cause } = failed;
  const reason = `Cannot save the new tokens: ${diskReason(cause.cause ?? cause)}`;
  const elsewhere = waiting?.isSynced ? undefined : rescuePaths(path, lock.identity, system)
    .find((place) => isDone(() => writePrivateFile(place, addressed(text, lock.identity))));
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

/** The text of a login, with the identity of the lock that it was rescued under. */
function addressed(text: string, identity: string): string {
  return JSON.stringify({ [ADDRESS]: identity, ...JSON.parse(text) }, undefined, 2) + "\n";
}

/** The field of a rescued file that says which login it belongs to. */
const ADDRESS = "rescuedFor";

/** A login that an earlier process rescued under this very lock, if there is one. */
export function findRescued(
  path: string,
  { noted, identity }: Pick<FileLock, "noted" | "identity">,
  system: RescueSystem,
): { readonly path: string; readonly tokenSet: TokenSet } | undefined {
  const places = [...(noted === "" ? [] : [noted]), ...rescuePaths(path, identity, system)];
  for (const place of places) {
    try {
      const text = readPrivateFile(place);
      if (text === undefined || JSON.parse(text)[ADDRESS] !== identity) continue;
      return { path: place, tokenSet: parseTokenSet(text) };
    } catch {
      // not a file of ours: in a directory that all may write to, anything may have that name
    }
  }
}

/** Places that outlive a sign-out and a reboot come first. The name has the profile, and the lock's random id. */
function rescuePaths(path: string, identity: string, { env }: RescueSystem): string[] {
  const places = [
    env("TMPDIR"),
    env("TEMP"),
    "/var/tmp",
    env("HOME"),
    "/tmp",
    env("XDG_RUNTIME_DIR"),
  ];
  const [id] = identity.split(" ", 1);
  const profile = splitPath(path)[1].replace(/\.json$/, "").replace(/[^\w.-]+/g, "_").slice(-150);
  // a relative one would be another directory for the next command
  return places.filter((place) => place !== undefined)
    .filter((place) => /^([/\\]|[A-Za-z]:)/.test(place))
    .map((place) => `${place.replace(/[/\\]$/, "")}/anaplan-auth-rescued-${profile}-${id}.json`);
}

function isDone(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
