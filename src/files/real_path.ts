// Where paths lead, links followed. Rule: it only looks.

import { asStorageError } from "./private_file.ts";

/** Where a path leads. @throws {CliError} `storage`. */
export function realPath(path: string): string {
  return asStorageError("look at", path, () => Deno.realPathSync(path));
}
