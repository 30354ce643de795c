// A profile's settings in a shared store: sealed beside its login, so that another computer needs none of its own.
// Rule: paths of one computer stay there.

import { CliError } from "../base/errors.ts";
import { type Fields, parseObject } from "../base/json.ts";
import { ifPossible } from "../files/private_directory.ts";
import { readPrivateFile, type Warn } from "../files/private_file.ts";
import { writeIn } from "../files/replacement.ts";
import type { Sealing } from "./sealing.ts";

/** The settings of a profile. */
export interface SharedSettings {
  /** The settings on the disk as a sealed text; `undefined` when there are none. */
  sealed(): Promise<string | undefined>;
  /**
   * Puts settings of the store on the disk, where they replace what is there, and gives them: a disk that takes no file
   * is no reason not to use them.
   */
  bring(sealed: string): Promise<Fields>;
}

/** Settings that name files of one computer. */
const LOCAL: readonly string[] = ["caFiles", "clientSecretFile"];

/** Of a profile's fields those that are for this computer, or those for every one. */
function pick(fields: Fields, isLocal: boolean): Fields {
  const entries = Object.entries(fields).filter(([name]) => LOCAL.includes(name) === isLocal);
  return Object.fromEntries(entries);
}

/** The settings of a profile, in its file; `sealing` is that of {@link settingsName}. */
export function sharedSettings(
  configDir: string,
  profile: string,
  sealing: Sealing,
  warn: Warn,
): SharedSettings {
  const file = `profiles/${profile}.json`;
  const read = (): Fields | undefined =>
    ifPossible(() => {
      const text = readPrivateFile(`${configDir}/${file}`);
      return text === undefined ? undefined : parseObject(text);
    });
  let brought: Fields | undefined;
  const keep = (fields: Fields, isOutdated: boolean): void => {
    try {
      writeIn(configDir, file, JSON.stringify(fields, undefined, 2) + "\n", warn);
    } catch (error) {
      if (!(error instanceof CliError) || error.cause === undefined) throw error; // not the disk
      brought = fields;
      if (isOutdated) warn(`${error.message}; it has older settings than the login store`);
    }
  };
  return {
    async sealed() {
      const fields = brought ?? read();
      if (fields === undefined) return undefined;
      return await (await sealing.sealer())(JSON.stringify(pick(fields, false)));
    },
    async bring(sealed) {
      const text = await sealing.openText(sealed, "the settings in the login store");
      const present = read();
      const local = pick(present ?? {}, true);
      const fields = { ...parseObject(text), ...local };
      const isSame = present !== undefined &&
        JSON.stringify(fields) === JSON.stringify({ ...pick(present, false), ...local });
      if (!isSame) keep(fields, present !== undefined);
      return fields;
    },
  };
}

/** The name that settings are sealed under: a login's text cannot take their place. */
export function settingsName(profile: string): string {
  return `${profile} settings`;
}
