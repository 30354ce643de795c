// Reads config.json. Rule: apart from what changes it, since a sealed login that is fresh needs nothing more.

import { field, type Fields, NewerVersion, parseObject } from "../base/json.ts";
import { readIn } from "./private_file.ts";

/** Another choice of a profile would not bring back the choice of a key. */
export const MOVE_ADVICE = "move it away, then run the same command again";
/** The version of config.json. */
export const VERSION = 1;

/**
 * The fields of config.json; none when there is no such file.
 *
 * @throws {CliError} `storage` as {@link readIn}.
 */
export function readConfig(configDir: string): Fields {
  const parse = (text: string): Fields => {
    const fields = parseObject(text);
    const version = field(fields, "version", "number") ?? 0;
    if (version > VERSION) throw new NewerVersion();
    if (version < VERSION) throw new Error("it is not a file of anaplan-auth");
    return fields;
  };
  return readIn(configDir, "config.json", parse, MOVE_ADVICE) ?? {};
}
