// Where else on this computer rescued tokens of shared stores may be: under another spelling of a store's address, and
// where there was room when their own place failed. Rule: every command that takes the lock looks there.

import { type SealedPlace } from "./sealing.ts";
import { succeeds } from "../base/attempts.ts";
import { ifPossible, unlessFailed } from "../base/errors.ts";
import { type Clock, type FileLock, lockFile } from "../files/lock_file.ts";
import { readPrivateFile, type Warn } from "../files/private_file.ts";
import { filesIn, isThere, writePrivateFile } from "../files/replacement.ts";
import { PREFIX, rescuePlaces, type RescueSystem } from "./rescue.ts";
import { sharedRoots } from "./shared_directory.ts";
import { mayBeRescuedAt, rescueFile, WAITING } from "./shared_rescue.ts";

/** A profile, and where this computer keeps what it needs of the profile's store. */
interface Kept extends SealedPlace {
  readonly directory: string;
}

/** A file that may have rescued tokens. */
export interface WaitingRescue {
  readonly profile: string;
  readonly path: string;
}

/**
 * Where rescued tokens are when their own place fails. No store is in the names: another spelling of its address would
 * not lead there, and the directory that has it may be gone.
 */
export function otherRescuePaths(
  { configDir, profile }: SealedPlace,
  system: RescueSystem,
): string[] {
  return rescuePlaces(configDir, system)
    .map((place) => `${place}/${beginningOf(configDir)}${profile}.json`);
}

function beginningOf(configDir: string): string {
  return `${PREFIX}${`${configDir}/shared/`.replace(/[^\w.-]+/g, "_").slice(-80)}`;
}

/** Where rescued tokens of the profile are, or will be, that other spellings of a store's address lead to. */
export function otherSpellings(kept: Kept, system: RescueSystem): string[] {
  return directoriesIn(kept.configDir, system)
    .filter((directory) => directory !== kept.directory)
    .map((directory) => rescueFile(directory, kept.profile))
    .filter((path) => isThere(path) || isThere(path + WAITING));
}

/**
 * The lock that guards rescued tokens; `undefined` while another process has it, which then delivers them.
 *
 * @param deadline how long that is waited for, in milliseconds.
 */
export async function lockIfFree(
  path: string,
  clock: Clock,
  deadline = 0,
): Promise<FileLock | undefined> {
  return await unlessFailed(() => lockFile(path.replace(/rescued$/, "lock"), deadline, clock));
}

/** Whether tokens may wait for the profile's place in a store; only who has the locks can tell. */
export function mayWaitFor(kept: Kept, system: RescueSystem): boolean {
  const own = rescueFile(kept.directory, kept.profile);
  return [own, ...otherSpellings(kept, system)].some(mayBeRescuedAt) ||
    otherRescuePaths(kept, system).some(isThere);
}

/** What may wait on this computer, of whatever store. */
export function waitingRescues(configDir: string, system: RescueSystem): WaitingRescue[] {
  const kept = directoriesIn(configDir, system).flatMap((directory) =>
    rescuedIn(directory).map((profile) => ({ profile, path: rescueFile(directory, profile) }))
  );
  const begins = beginningOf(configDir);
  const others = [...new Set(rescuePlaces(configDir, system))].flatMap((place) =>
    filesIn(place).filter((file) => file.startsWith(begins) && file.endsWith(".json"))
      .map((file) => ({ profile: file.slice(begins.length, -5), path: `${place}/${file}` }))
      .filter(({ path }) => ifPossible(() => readPrivateFile(path)) !== undefined)
  );
  return [...kept, ...others];
}

/** Says which tokens wait; a command that uses the store that they came from saves them. */
export function warnOfWaiting(
  configDir: string,
  system: RescueSystem,
  warn: Warn,
): WaitingRescue[] {
  const waiting = waitingRescues(configDir, system);
  for (const { profile, path } of waiting) {
    const they = "the next refresh that uses their login store saves them";
    warn(`new tokens of profile ${profile} wait in ${path}; ${they}`);
  }
  return waiting;
}

/** The profiles that may have rescued tokens in a directory. */
export function rescuedIn(directory: string): string[] {
  const names = filesIn(directory)
    .flatMap((file) => /^(.+)\.rescued(\.next)?$/.exec(file)?.[1] ?? []);
  return [...new Set(names)].filter((name) => mayBeRescuedAt(rescueFile(directory, name)));
}

/** The directories of all stores that were used here. */
function directoriesIn(configDir: string, system: RescueSystem): string[] {
  return sharedRoots(configDir, system)
    .flatMap((root) => filesIn(root).map((store) => `${root}/${store}`));
}

/** Writes rescued tokens into the first place that takes them; `undefined` when none does. */
export function rescuedTo(places: readonly string[], text: string): string | undefined {
  return places.find((place) => !isThere(place) && succeeds(() => writePrivateFile(place, text)));
}
