// When new tokens cannot be saved in their place. Rule: they go into a private file elsewhere, never onto a
// screen. The file says which lock file's login it belongs to and which tokens it follows; only there it goes back.

import { signIn, words } from "../base/words.ts";
import { succeeds } from "../base/attempts.ts";
import { CliError, ifPossible } from "../base/errors.ts";
import { type FileLock, peekAtLock } from "../files/lock_file.ts";
import { diskReason, listDirectory, readPrivateFile, splitPath } from "../files/private_file.ts";
import { isThere, writePrivateFile } from "../files/replacement.ts";
import type { System } from "../system/contract.ts";
import type { Sealing } from "./sealing.ts";
import type { TokenSet } from "../oauth/token_set.ts";

/** What naming the places of a rescue needs of the world. */
export type RescueSystem = Pick<System, "env">;

export interface LoginPlace {
  readonly configDir: string;
  readonly path: string;
  load(): Promise<TokenSet | undefined>;
  readonly sealing: Sealing;
}

/** Where a login waits for its place while it is written; only the holder of the lock writes there. */
export function waitingPath(path: string): string {
  return `${path}.next`;
}

/** The file whose lock guards the login at a path. */
export function lockPath(path: string): string {
  return path.replace(/json$/, "lock");
}

/** Whether tokens may wait for their place; a lock that is taken then puts them there. Takes no lock. */
export function mayWait(path: string, system: RescueSystem): boolean {
  // more than the blanks of a reservation; a file that cannot be read may have it
  const waiting = ifPossible(() => readPrivateFile(waitingPath(path)) ?? "");
  if (waiting === undefined || waiting.trim() !== "") return true;
  const lock = peekAtLock(lockPath(path));
  return lock !== undefined && mayBeRescued(path, lock, system);
}

/** The profiles in a directory of logins for which {@link mayWait} is true. */
export function waitingNames(directory: string, system: RescueSystem): string[] {
  const files = listDirectory(directory).map((file) => /^(.+)\.(lock|json\.next)$/.exec(file)?.[1]);
  const names = files.filter((name) => name !== undefined);
  return [...new Set(names)].filter((name) => mayWait(`${directory}/${name}.json`, system));
}

export interface FailedSave {
  /** Where the login belongs. */
  readonly path: string;
  /** The {@link fingerprint} of the login that the new tokens follow. */
  readonly follows: string;
  /** The file beside it that has the whole text already, if it does. */
  readonly waiting: { readonly path: string; readonly isSynced: boolean } | undefined;
  readonly lock: Pick<FileLock, "note" | "identity">;
  readonly cause: CliError;
}

/** Puts the login where the next command finds it, unless it has no text; the error says where that is. */
export function rescueLogin(
  text: string | undefined,
  failed: FailedSave,
  system: RescueSystem,
): CliError {
  const { path, follows, waiting, lock, cause } = failed;
  const reason = `Cannot save the new tokens: ${diskReason(cause.cause ?? cause)}`;
  const elsewhere = waiting?.isSynced || text === undefined
    ? undefined
    : rescuePaths(path, lock.identity, system).find((place) => {
      // noted first: after a crash in between, the old refresh token is not sent again
      succeeds(() => lock.note(noteOf("rescued", follows, place)));
      return succeeds(() => writePrivateFile(place, addAddress(text, lock.identity, follows)));
    });
  const rescued = elsewhere ?? waiting?.path;
  if (elsewhere === undefined) succeeds(() => lock.note(""));
  if (rescued === undefined) {
    return new CliError("storage", `${reason}; they could not be rescued anywhere`, {
      code: "not_saved",
      next: words`${signIn()}; the old refresh token may no longer be valid`,
      cause,
    });
  }
  return new CliError("storage", `${reason}; they are in ${rescued}`, {
    code: "not_saved",
    next: "fix that, then run the same command again: it puts the tokens in their place",
    cause,
  });
}

/** The text of a login, with the identity of the lock that it was rescued under, and the login that it follows. */
export function addAddress(text: string, identity: string, follows: string): string {
  const fields = { ...JSON.parse(text), [ADDRESS]: identity, [LINEAGE]: follows };
  return JSON.stringify(fields, undefined, 2) + "\n";
}

/** The field of a rescued file that says which login it belongs to. */
export const ADDRESS = "rescuedFor";
/** The field with the {@link fingerprint} of the login that the rescued one follows. */
export const LINEAGE = "follows";

/** Whether an earlier holder of this lock may have left tokens, a reservation or a note. */
export function mayHaveLeft(path: string, lock: FileLock, system: RescueSystem): boolean {
  return lock.noted !== "" || isThere(waitingPath(path)) || mayBeRescued(path, lock, system);
}

/** Whether there may be a login that was rescued under this lock; only its holder can tell. */
function mayBeRescued(
  path: string,
  { noted, identity }: Pick<FileLock, "noted" | "identity">,
  system: RescueSystem,
): boolean {
  const note = parseNote(noted);
  if (note?.isRescued) return true;
  return [...(note ? [note.path] : []), ...rescuePaths(path, identity, system)].some(isThere);
}

/** What the holder of a lock notes: before it asks for tokens, where it will rescue them to if it has to. */
export function noteOf(state: "planned" | "rescued", follows: string, place = ""): string {
  return `${state} ${follows} ${JSON.stringify(place)}`;
}

export function parseNote(
  note: string,
): { readonly isRescued: boolean; readonly follows: string; readonly path: string } | undefined {
  const [, state, follows = "", place = ""] = /^(planned|rescued) (\w+) (".*")\s*$/.exec(note) ??
    [];
  if (state === undefined) return undefined;
  return ifPossible(() => ({ isRescued: state === "rescued", follows, path: JSON.parse(place) }));
}

/** Places that every command finds and that outlive a job come first. The name has the profile, and the lock's random id. */
export function rescuePaths(path: string, identity: string, system: RescueSystem): string[] {
  const [configDir] = splitPath(splitPath(path)[0]);
  const [id] = identity.split(" ", 1);
  const profile = splitPath(path)[1].replace(/\.json$/, "").replace(/[^\w.-]+/g, "_").slice(-150);
  return rescuePlaces(configDir, system).map((place) => `${place}/${PREFIX}${profile}-${id}.json`);
}

/** How the name of a rescued file begins. */
export const PREFIX = "anaplan-auth-rescued-";

/** The directories that a rescued file may be in. */
export function rescuePlaces(configDir: string, { env }: RescueSystem): string[] {
  const places = [
    env("HOME"),
    configDir,
    "/var/tmp",
    env("TMPDIR"),
    env("TEMP"),
    "/tmp",
    env("XDG_RUNTIME_DIR"),
  ];
  // a relative one would be another directory for the next command
  return places.filter((place) => place !== undefined)
    .filter((place) => /^([/\\]|[A-Za-z]:)/.test(place))
    .map((place) => place.replace(/[/\\]$/, ""));
}
