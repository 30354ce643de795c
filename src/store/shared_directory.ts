// The directory in which a computer keeps what it needs of a shared store: locks, copies, rescued tokens. Rule: it is
// below the configuration directory, unless nothing can be written there, as in a container whose disk is read-only.

import { type SealedPlace } from "./sealing.ts";
import { succeeds } from "../base/attempts.ts";
import { CliError } from "../base/errors.ts";
import { ensurePrivateDirectory, isThere, openPrivateFile } from "../files/replacement.ts";
import { rescuePlaces, type RescueSystem } from "./rescue.ts";

/** The directories that have one for each store, in the order in which they are tried. */
export function sharedRoots(configDir: string, system: RescueSystem): string[] {
  return [configDir, ...temporaryRoots(configDir, system)].map((root) => `${root}/shared`);
}

/** Private directories of this configuration directory where temporary files are. */
function temporaryRoots(configDir: string, system: RescueSystem): string[] {
  const name = `anaplan-auth-kept${configDir.replace(/[^\w.-]+/g, "_").slice(-150)}`;
  const places = rescuePlaces(configDir, system)
    .filter((place) => place !== configDir && place !== system.env("HOME"));
  return [...new Set(places)].map((place) => `${place}/${name}`);
}

export function readDirectory(configDir: string, store: string, system: RescueSystem): string {
  const [usual = "", ...others] = sharedRoots(configDir, system).map((root) => `${root}/${store}`);
  return isThere(usual) ? usual : others.find(isThere) ?? usual;
}

/**
 * Where a profile's files of a store are made: in the first directory that takes any. Where none does it is the usual
 * one, whose failure a user can understand.
 */
export function writtenDirectory(
  { configDir, profile }: SealedPlace,
  store: string,
  system: RescueSystem,
): string {
  const usual = `${configDir}/shared/${store}`;
  if (takesFiles(usual, profile)) return usual;
  const root = temporaryRoots(configDir, system).find((root) =>
    succeeds(() => ensurePrivateDirectory(root)) && // no other user owns it
    takesFiles(`${root}/shared/${store}`, profile)
  );
  return root === undefined ? usual : `${root}/shared/${store}`;
}

/** Whether the disk takes files; what is refused for another reason, such as other users, stays refused. */
function takesFiles(directory: string, profile: string): boolean {
  try {
    ensurePrivateDirectory(directory);
    openPrivateFile(`${directory}/${profile}.lock`, { write: true, create: true }).close(); // the first that is needed
    return true;
  } catch (error) {
    if (error instanceof CliError && error.cause === undefined) throw error;
    return false;
  }
}
