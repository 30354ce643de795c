// Where paths lead, links followed. Rule: it only looks.

import { translated } from "./private_file.ts";

/** Where a path leads. @throws {CliError} `storage`. */
export function realPath(path: string): string {
  return translated("look at", path, () => Deno.realPathSync(path));
}
