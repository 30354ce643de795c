// Rescued tokens of a shared store whose own place failed. Rule: every command that takes the lock looks there.

import { splitPath } from "../files/private_file.ts";
import { isThere, writePrivateFile } from "../files/replacement.ts";
import type { System } from "../system/contract.ts";
import { isDone, PREFIX, rescuePlaces } from "./rescue.ts";

/**
 * Where rescued tokens are when their own place fails. The names come from the place alone: its directory may be gone
 * with all that was noted there.
 */
export function otherRescuePaths(
  { directory, profile }: { readonly directory: string; readonly profile: string },
  system: Pick<System, "env">,
): string[] {
  const name = `${directory}/${profile}`.replace(/[^\w.-]+/g, "_").slice(-150);
  const [configDir] = splitPath(splitPath(directory)[0]);
  return rescuePlaces(configDir, system).map((place) => `${place}/${PREFIX}${name}.json`);
}

/** Writes rescued tokens into the first place that takes them; `undefined` when none does. */
export function rescuedTo(places: readonly string[], text: string): string | undefined {
  return places.find((place) => !isThere(place) && isDone(() => writePrivateFile(place, text)));
}
