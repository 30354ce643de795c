// A profile's settings in a shared store: sealed beside its login, so that another computer needs none of its own.
// Rule: paths of one computer stay there.

import { type Fields, parseObject } from "../base/json.ts";
import { ifPossible } from "../files/private_directory.ts";
import { readPrivateFile, type Warn } from "../files/private_file.ts";
import { writeIn } from "../files/replacement.ts";
import type { Sealing } from "./sealing.ts";

/** The settings of a profile. */
export interface SharedSettings {
  /** The settings on the disk as a sealed text; `undefined` when there are none. */
  sealed(): Promise<string | undefined>;
  /** Puts settings of the store on the disk; they replace what is there. */
  bring(sealed: string): Promise<void>;
}

/** Settings that name files of one computer. */
const LOCAL: readonly string[] = ["caFiles", "clientSecretFile"];

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
  const isLocal = ([name]: readonly [string, unknown]): boolean => LOCAL.includes(name);
  const pick = (fields: Fields, wanted: boolean) =>
    Object.fromEntries(Object.entries(fields).filter((entry) => isLocal(entry) === wanted));
  return {
    async sealed() {
      const fields = read();
      if (fields === undefined) return undefined;
      return await (await sealing.sealer())(JSON.stringify(pick(fields, false)));
    },
    async bring(sealed) {
      const brought = parseObject(
        await sealing.openText(sealed, "the settings in the login store"),
      );
      const present = read() ?? {};
      const local = pick(present, true);
      const merged = { ...brought, ...local };
      if (JSON.stringify(merged) === JSON.stringify({ ...pick(present, false), ...local })) return;
      writeIn(configDir, file, JSON.stringify(merged, undefined, 2) + "\n", warn);
    },
  };
}

/** The name that settings are sealed under: a login's text cannot take their place. */
export function settingsName(profile: string): string {
  return `${profile} settings`;
}
