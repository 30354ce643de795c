// Reads config.json. Rule: apart from what changes it, since a sealed login that is fresh needs nothing more.

import { type Fields, parseFile } from "../base/json.ts";
import { readIn } from "./private_file.ts";

/** Another choice of a profile would not bring back the choice of a key. */
export const MOVE_ADVICE = "move it away, then run the same command again";

/**
 * The fields of config.json; none when there is no such file.
 *
 * @throws {CliError} `storage` as {@link readIn}.
 */
export function readConfig(configDir: string): Fields {
  return readIn(configDir, "config.json", parseFile, MOVE_ADVICE) ?? {};
}
