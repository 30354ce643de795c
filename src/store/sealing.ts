// What is between a profile's login and its text: sealed logins are opened, and what is saved is sealed once
// sealing is chosen. Rule: there is no way back to plain text but `unseal`.

import { configText, textOf } from "./fresh_login.ts";
import { run, type Words, words } from "../base/words.ts";
import { CliError, reasonOf, unlessFailed } from "../base/errors.ts";
import { listDirectory, lstatIfThere } from "../files/private_file.ts";
import type { KeyChoice, KeySource } from "./key_source.ts";
import type { Key } from "./key.ts";
import type { KeySystem } from "./keys.ts";
import { headerOf, textSealer, unseal } from "./sealed_text.ts";
import { isSealed, parseTokenSet, type TokenSet } from "../oauth/token_set.ts";

/** Opens and seals the texts of one profile. */
export interface Sealing {
  /**
   * The login in a sealed text.
   *
   * @param path where the text is, for the message.
   * @throws {CliError} `storage`; the file is never set aside for that.
   */
  open(sealed: string, path: string): Promise<TokenSet>;
  /** The same for a text that is no login. */
  openText(sealed: string, path: string): Promise<string>;
  /**
   * What seals a text, with its key in hand and all that it needs loaded. While sealing is not chosen it gives the text
   * itself, unless it is chosen by then.
   *
   * @param isNotPlain whether the profile has no plain login.
   * @throws {CliError} `storage` without the key. So it does beside sealed logins, when no key is named, for a login
   * that is not plain already, or without a config.json.
   */
  sealer(isNotPlain?: boolean): Promise<Sealer>;
  /** Whether a text is as {@link sealer} would make it: plain, or sealed with the present key. */
  isUpToDate(text: string): Promise<boolean>;
}

/** The profile, and where its login is. */
export interface SealedPlace {
  readonly configDir: string;
  readonly profile: string;
}

/** Makes the text of a login what is saved. */
export type Sealer = (text: string) => Promise<string>;

/** The sealing of a profile as it is chosen now; without a key there is no {@link Sealer}. */
export interface PresentSealing extends Omit<Sealing, "sealer"> {
  sealer(isNotPlain?: boolean): Promise<Sealer | undefined>;
}

/** The sealing of a profile; `choose` says which keys count now. */
export function sealingOf(
  { configDir, profile }: SealedPlace,
  choose: () => KeyChoice,
  system: KeySystem,
): PresentSealing {
  const opened = <T>(sealed: string, path: string, parse: (text: string) => T): Promise<T> =>
    openSealed({ sealed, path, profile, parse }, choose(), system);
  return {
    open: (sealed, path) => opened(sealed, path, parseTokenSet),
    openText: (sealed, path) => opened(sealed, path, String),
    async sealer(isNotPlain = false) {
      const { key: source, old } = choose();
      if (source === undefined) {
        const mayHaveBeen = isNotPlain || lstatIfThere(`${configDir}/config.json`) === undefined;
        if (mayHaveBeen && old.length === 0 && mayBeSealed(configDir)) {
          throw besideSealed(configDir);
        }
        return undefined;
      }
      const key = await (await import("./keys.ts")).keyOf(source, system, ifLost(source));
      return await textSealer(key, profile);
    },
    async isUpToDate(text) {
      const { key: source } = choose();
      const id = isSealed(text) ? headerOf(text).key : undefined;
      if (source === undefined) return id === undefined;
      return id === (await (await import("./keys.ts")).keyOf(source, system)).id;
    },
  };
}

interface SealedText<T> {
  readonly sealed: string;
  readonly path: string;
  readonly profile: string;
  readonly parse: (text: string) => T;
}

async function openSealed<T>(
  { sealed, path, profile, parse }: SealedText<T>,
  { key: present, old }: KeyChoice,
  system: KeySystem,
): Promise<T> {
  const header = headerOf(sealed);
  const sources = present === undefined ? old : [present, ...old];
  const [first] = sources;
  if (first === undefined) throw noSource(path, header.key);
  const source = sources.find(({ id }) => id === header.key);
  const lost = source === present || source === undefined
    ? ifLost(first, path)
    : `remove ${path} and sign in again`;
  const wanted = { id: header.key || undefined, ifLost: lost };
  const { keyAt } = await import("./keys.ts");
  const key = await (source ? keyAt(source, system, wanted) : anyKey(first, wanted, system));
  const no = (reason: string): CliError =>
    new CliError("storage", `${path} cannot be opened with key ${key.id}: ${reason}`, {
      code: "not_opened",
      reason,
      next: source === undefined || source.id === key.id
        ? "restore the file or its key, or remove the file and sign in again"
        : words`put the key back; if the key is lost: ${lost}`,
    });
  if (header.key !== key.id && header.key !== "") throw no(`it is sealed with key ${header.key}`);
  let text: string;
  try {
    text = await unseal(sealed, key);
  } catch {
    throw no("it was changed or damaged");
  }
  if (header.profile !== profile) throw no(`it is the login of profile ${header.profile}`);
  try {
    return parse(text);
  } catch (error) {
    throw no(reasonOf(error));
  }
}

/** The key of a login that no source names: the present keychain may have it, as the present source may. */
async function anyKey(
  present: KeySource,
  wanted: { readonly id: string | undefined; readonly ifLost: Words },
  system: KeySystem,
): Promise<Key> {
  const { keyAt } = await import("./keys.ts");
  const { id } = wanted;
  const other = present.by === "keychain" && id !== undefined
    ? await unlessFailed(() => keyAt({ ...present, id }, system))
    : undefined;
  return other ?? await keyAt(present, system, wanted);
}

/** What to do when the present key is lost; `path` is of a login that is sealed with it. */
function ifLost({ by, variable }: KeySource, path?: string): Words {
  if (variable === undefined) {
    return run("seal", { flags: by === "keychain" ? "--rotate" : "--key-file FILE" });
  }
  return `put a new one there${path === undefined ? "" : `, remove ${path}`}, and sign in`;
}

/** What to do when nothing says where the key of a login is. */
export const NAME_KEY = words`${run("seal", { flags: "--key-file FILE" })}, or --keychain NAME`;

function noSource(path: string, id: string): CliError {
  return new CliError(
    "storage",
    `Cannot open ${path}: it is not known where its key ${id} is`,
    { next: NAME_KEY },
  );
}

/** A variable that names the key may be missing here, as in cron, or config.json is gone. */
function besideSealed(configDir: string): CliError {
  const reason = `logins in ${configDir} are sealed, and no key is named`;
  return new CliError("storage", `Cannot save a login in plain text: ${reason}`, {
    next: NAME_KEY,
  });
}

/** Where the key of a text is; `undefined` for a plain one. */
export function sourceOf(text: string, { key, old }: KeyChoice): KeySource | undefined {
  if (!isSealed(text)) return undefined;
  return [key, ...old].find((source) => source?.id === headerOf(text).key) ?? key;
}

/** Whether logins may be sealed here, whatever a config.json that is damaged says by now. */
export function mayBeSealed(configDir: string): boolean {
  return configText(configDir).includes('"sealing"') || hasSealed(configDir);
}

/** Whether a login is sealed here. */
export function hasSealed(configDir: string): boolean {
  const directory = `${configDir}/credentials`;
  const names = listDirectory(directory).filter((name) => name.endsWith(".json"));
  return names.some((name) => isSealed(textOf(`${directory}/${name}`)));
}
