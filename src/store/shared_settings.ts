// A profile's settings in a shared store: sealed beside its login, so that another computer needs none of its own.
// Rule: those of this computer that did not come from the store stay as they are, and so do paths of one computer.

import { type Words, words } from "../base/words.ts";
import { CliError, ifPossible } from "../base/errors.ts";
import { type Fields, parseObject } from "../base/json.ts";
import { readPrivateFile } from "../files/private_file.ts";
import { removePrivateFile, writeIn, writePrivateFile } from "../files/replacement.ts";
import { type SealedPlace, type Sealing } from "./sealing.ts";

export interface SharedSettings {
  /** The settings on the disk as a sealed text; `undefined` when there are none. */
  sealed(): Promise<string | undefined>;
  /** The settings of a row, sealed as texts are sealed now; those on the disk when it has none that can be opened. */
  resealed(sealed: string | undefined): Promise<string | undefined>;
  /**
   * Puts settings of the store on the disk, and gives them: a disk that takes no file is no reason not to use them.
   *
   * @param isWanted whether they also replace settings that this computer has of its own.
   * @returns `undefined` when they cannot be opened, which is a warning.
   */
  bring(sealed: string, isWanted?: boolean): Promise<Fields | undefined>;
  /** Remembers that the store has the settings that are on the disk. */
  remember(): void;
}

/** Settings that name files of one computer. */
const LOCAL: readonly string[] = ["caFiles", "clientSecretFile"];

/** Of a profile's fields those that are for this computer, or those for every one. */
function pick(fields: Fields, isLocal: boolean): Fields {
  const entries = Object.entries(fields).filter(([name]) => LOCAL.includes(name) === isLocal);
  return Object.fromEntries(entries);
}

/** The settings for every computer as a text that does not depend on their order. */
function sharedText(fields: Fields): string {
  const entries = Object.entries(pick(fields, false)).filter(([name]) => name !== "version");
  return JSON.stringify(entries.sort(([a], [b]) => a < b ? -1 : 1));
}

const NONE = sharedText({});

/**
 * The settings of a profile, in its file.
 *
 * @param place with the file that remembers which settings the store had.
 * @param sealing that of {@link settingsName}.
 */
export function sharedSettings(
  place: SealedPlace & { readonly remembered: string },
  sealing: Sealing,
  warn: (text: Words) => void,
): SharedSettings {
  const { configDir, profile, remembered } = place;
  const file = `profiles/${profile}.json`;
  const path = `${configDir}/${file}`;
  const read = () => fieldsAt(path);
  const seal = async (text: string) => await (await sealing.sealer())(text);
  const sealed = async (): Promise<string | undefined> => {
    const fields = read();
    return fields && await seal(JSON.stringify(pick(fields, false)));
  };
  const open = async (sealed: string) => await openedOrWarned(sealed, sealing, warn);
  const remember = (): void => rememberShared(read(), remembered);
  return {
    ...{ sealed, remember },
    async resealed(present) {
      if (present === undefined) return await sealed();
      if (await sealing.isUpToDate(present)) return present;
      const text = await open(present);
      return text === undefined ? await sealed() ?? present : await seal(text);
    },
    async bring(sealed, isWanted = false) {
      const text = await open(sealed);
      if (text === undefined) return undefined;
      const present = read() ?? {};
      const fields = { ...parseObject(text), ...pick(present, true) };
      const [now, next] = [sharedText(present), sharedText(fields)];
      const isOwn = ![NONE, next, ifPossible(() => readPrivateFile(remembered))].includes(now);
      if (isOwn && !isWanted) {
        warn(words`${OWN} ${profile}, which differ from those in the login store; ${HOW} ${path}`);
      } else if (now === next || isKept(configDir, file, fields, warn)) remember();
      return fields;
    },
  };
}

function fieldsAt(path: string): Fields | undefined {
  return ifPossible(() => {
    const text = readPrivateFile(path);
    return text === undefined ? undefined : parseObject(text);
  });
}

/** The text of settings of a store; that they cannot be opened is a warning. */
async function openedOrWarned(
  sealed: string,
  sealing: Sealing,
  warn: (text: Words) => void,
): Promise<string | undefined> {
  try {
    return await sealing.openText(sealed, "the settings in the login store");
  } catch (error) {
    if (!(error instanceof CliError) || error.code !== "not_opened") throw error;
    warn(`${error.message}; they are not used`);
    return undefined;
  }
}

/** That it cannot be remembered makes them this computer's own. */
function rememberShared(fields: Fields | undefined, path: string): void {
  ifPossible(() => {
    if (fields === undefined) return removePrivateFile(path);
    const text = sharedText(fields);
    if (readPrivateFile(path) !== text) writePrivateFile(path, text);
  });
}

const OWN = "this computer keeps its own settings of profile";
const HOW = "to use the store's, remove";

function isKept(
  configDir: string,
  file: string,
  fields: Fields,
  warn: (text: Words) => void,
): boolean {
  try {
    writeIn(configDir, file, JSON.stringify(fields, undefined, 2) + "\n", warn);
    return true;
  } catch (error) {
    if (!(error instanceof CliError) || error.cause === undefined) throw error; // not the disk
    return false;
  }
}

/** The name that settings are sealed under: a login's text cannot take their place. */
export function settingsName(profile: string): string {
  return `${profile} settings`;
}
