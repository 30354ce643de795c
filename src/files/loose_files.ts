// Whose the files at some places are: what others can get at in the configuration directory, and what is the user's.
// Rule: it only looks.

import { ifPossible } from "../base/errors.ts";
import {
  assertOwner,
  asStorageError,
  isOpenToOthers,
  listDirectory,
  lstatIfThere,
} from "./private_file.ts";

const IS_WINDOWS = Deno.build.os === "windows";

/** What in a directory, two levels deep, others can get at, in words; nothing when it does not exist. */
export function looseFiles(directory: string): string[] {
  if (IS_WINDOWS) return [];
  return asStorageError("look at", directory, () => {
    const places = [directory, ...entriesUnder(directory, 2)];
    return places.flatMap((path) => looseReason(path) ?? []);
  });
}

function entriesUnder(directory: string, depth: number): string[] {
  if (depth === 0) return [];
  return listDirectory(directory).map((name) => `${directory}/${name}`).flatMap((path) =>
    isDirectory(path) ? [path, ...entriesUnder(path, depth - 1)] : [path]
  );
}

/** Whether it is a directory, or a link that leads to one. */
function isDirectory(path: string): boolean {
  return ifPossible(() => Deno.statSync(path).isDirectory) ?? false;
}

function looseReason(path: string): string | undefined {
  const info = lstatIfThere(path);
  if (info === undefined) return undefined;
  if (info.isSymlink && !isDirectory(path)) return `${path} is a symbolic link`;
  const isForeign = [info, Deno.statSync(path)].some(({ uid }) => uid !== Deno.uid());
  if (isForeign) return `${path} belongs to another user`;
  return isOpenToOthers(Deno.statSync(path)) ? `${path} is open to other users` : undefined;
}

/** Whether something of this user's is at the path. */
export function isOwnedByUser(path: string): boolean {
  return ifPossible(() => {
    const info = lstatIfThere(path);
    if (info !== undefined) assertOwner(info, path, "look at");
    return info !== undefined;
  }) ?? false;
}
